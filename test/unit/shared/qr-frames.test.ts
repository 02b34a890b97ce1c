import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createFrameCollector, encodeFrames, FRAME_MS, MAX_FRAMED_BYTES } from '../../../shared/qr-frames.ts';

const content = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37) & 0xff);

function collect(frames: readonly string[]): Uint8Array | null {
  const collector = createFrameCollector();
  for (const frame of frames) collector.add(frame);
  return collector.content;
}

test('frames have the checksum of zip, and use only characters of the alphanumeric mode', () => {
  const frames = encodeFrames(content(500))!;
  const checksum = crc32(content(500)).toString(16).toUpperCase().padStart(8, '0');
  expect(frames.map((frame) => frame.slice(0, 17))).toEqual([
    `KF1:${checksum}:1/4:`,
    `KF1:${checksum}:2/4:`,
    `KF1:${checksum}:3/4:`,
    `KF1:${checksum}:4/4:`,
  ]);
  for (const frame of frames) expect(frame).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
});

test('any content is read again from its frames in any order, with repetitions', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 4000 }),
      fc.infiniteStream(fc.nat()),
      (bytes, order) => {
        const frames = encodeFrames(bytes)!;
        const shuffled = frames
          .map((frame) => ({ frame, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ frame }) => frame);
        expect(collect([...shuffled.slice(0, 2), ...shuffled])).toEqual(bytes);
      },
    ),
    { numRuns: 100 },
  );
});

test('an ordinary payment takes at most 4 seconds, and the largest content has a bounded number of frames', () => {
  expect(encodeFrames(content(2560))!.length * FRAME_MS).toBeLessThanOrEqual(4000);
  expect(encodeFrames(content(MAX_FRAMED_BYTES))).toHaveLength(69);
  expect(encodeFrames(content(MAX_FRAMED_BYTES + 1))).toBeNull();
  expect(encodeFrames(new Uint8Array(0))).toBeNull();
});

describe('a collector', () => {
  test('says how many frames it has', () => {
    const frames = encodeFrames(content(500))!;
    const collector = createFrameCollector();
    expect(collector.progress).toBeNull();
    expect([collector.add(frames[2]!), collector.add(frames[2]!), collector.add(frames[0]!)]).toEqual([
      'added',
      'added',
      'added',
    ]);
    expect(collector.progress).toEqual({ have: 2, of: 4 });
    expect([collector.add(frames[1]!), collector.add(frames[3]!), collector.add(frames[0]!)]).toEqual([
      'added',
      'complete',
      'complete',
    ]);
  });
  test('starts again with frames of other content', () => {
    const [first] = encodeFrames(content(500))!;
    const other = encodeFrames(content(200))!;
    expect(collect([first!, ...other])).toEqual(content(200));
  });
  test.each([
    ['a text', 'kith:rkith1abc'],
    ['a number above the count', 'KF1:00000000:3/2:AA'],
    ['a number 0', 'KF1:00000000:0/2:AA'],
    ['a leading zero', 'KF1:00000000:01/2:AA'],
    ['more frames than any content has', 'KF1:00000000:1/999:AA'],
    ['lowercase', 'kf1:00000000:1/2:aa'],
    ['no content', 'KF1:00000000:1/2:'],
    ['bits left over', 'KF1:00000000:1/2:AB'],
    ['half a byte', 'KF1:00000000:1/2:A'],
    ['a frame that is too long', `KF1:00000000:1/2:${'A'.repeat(801)}`],
  ])('ignores %s', (_, text) => {
    const collector = createFrameCollector();
    expect(collector.add(text)).toBe('ignored');
    expect(collector.progress).toBeNull();
  });
  test('drops everything if the checksum of the whole is wrong', () => {
    const frames = encodeFrames(content(200))!;
    const forged = frames[1]!.replace(/:([A-Z2-7])(?=[A-Z2-7]+$)/, (_, digit) =>
      digit === 'A' ? ':B' : ':A',
    );
    const collector = createFrameCollector();
    collector.add(frames[0]!);
    expect(forged).not.toBe(frames[1]);
    expect(collector.add(forged)).toBe('ignored');
    expect([collector.content, collector.progress]).toEqual([null, null]);
  });
  test('never throws, whatever is shown to it', () => {
    const collector = createFrameCollector();
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^KF1:[0-9A-F]{8}:[1-9]\/[1-9]:[A-Z2-7]{1,20}$/)),
        (text) => {
          collector.add(text);
          const { progress } = collector;
          expect(progress === null || progress.have <= progress.of).toBe(true);
        },
      ),
    );
  });
});
