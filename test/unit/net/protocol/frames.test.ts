import type { Stream } from '@libp2p/interface';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HIGH_WATER, longestMs } from '../../../../main/net/protocol/flow.ts';
import { createFrameReader, type Frame, FRAME_HEAD } from '../../../../main/net/protocol/frames.ts';
import { createStreamPairs, type StreamPairs } from '../../../support/nodes/stream-pair.ts';
import { writeFrame } from '../../../support/nodes/write-frame.ts';
import { systemClock } from '../../../../main/lib/clock.ts';
import { turnedClock } from '../../../support/test-clock.ts';
import { until } from '../../../support/until.ts';

let streams: StreamPairs;
beforeAll(async () => {
  streams = await createStreamPairs();
});
afterAll(() => streams.stop());

const CAP = 1 << 20;
const KNOWN = 7;
const readerOf = (stream: Stream) =>
  createFrameReader(stream, systemClock, (type) => (type === KNOWN ? CAP : null));

function head(length: number, type: number, id = 0): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, type);
  view.setUint32(5, id, true);
  return bytes;
}

describe('frames over a real stream', () => {
  test('leave in the order of the calls, a small one before a large one that follows it', async () => {
    const { near, far } = await streams.pair();
    const sizes = [10, 8_000, 0, 200_000, 5];
    const sending = sizes.map((size, i) => writeFrame(near, KNOWN, i, [new Uint8Array(size)]));
    const reader = readerOf(far);
    for (const [i, size] of sizes.entries()) {
      const frame = (await reader.next()) as Frame;
      expect([frame.id, frame.body.length]).toEqual([i, size]);
    }
    await Promise.all(sending);
  });

  test('with bodies of every size arrive in order, as plain byte arrays', async () => {
    const { near, far } = await streams.pair();
    const sizes = [0, 1, 9, 100, 4096, 4097, 65_535, 70_000, 300_000, CAP];
    const sending = (async () => {
      for (const [i, size] of sizes.entries()) {
        const body = new Uint8Array(size).fill(i + 1);
        await writeFrame(near, KNOWN, i, [body.subarray(0, size >> 1), body.subarray(size >> 1)]);
      }
      await near.close();
    })();
    const reader = readerOf(far);
    for (const [i, size] of sizes.entries()) {
      const frame = (await reader.next()) as Frame;
      expect([frame.type, frame.id, frame.body.length]).toEqual([KNOWN, i, size]);
      expect(frame.body.constructor).toBe(Uint8Array);
      expect(frame.body.findIndex((byte) => byte !== i + 1)).toBe(-1);
    }
    expect(await reader.next()).toBeNull();
    await sending;
  });

  test.each([
    ['a length of 2^32 - 1', head(0xffff_ffff, KNOWN), 'wire-oversize'],
    ['one byte more than allowed', head(CAP + 1, KNOWN), 'wire-oversize'],
    ['an unknown type', head(0, 99), 'wire-unknown'],
  ])('refuse %s when its header has arrived', async (_what, bytes, code) => {
    const { near, far } = await streams.pair();
    near.send(bytes);
    expect(await readerOf(far).next()).toMatchObject({ kind: 'violation', code });
    near.abort(new Error('done'));
  });

  test('report a stream that ends inside a frame', async () => {
    const { near, far } = await streams.pair();
    near.send(head(100, KNOWN));
    near.send(new Uint8Array(50));
    await near.close();
    expect(await readerOf(far).next()).toMatchObject({ code: 'wire-cut' });
  });

  test('arrive although the stream has ended before they are read', async () => {
    for (let i = 0; i < 30; i++) {
      const near = await streams.open((far) => {
        far.send(head(3, KNOWN, i));
        far.send(Uint8Array.of(1, 2, 3));
        far.close().catch(() => undefined);
      });
      const reader = readerOf(near);
      expect(await reader.next()).toMatchObject({ id: i, body: Uint8Array.of(1, 2, 3) });
      expect(await reader.next()).toBeNull();
    }
  });

  test('a sender that sends single bytes slowly is disconnected', async () => {
    const { near, far } = await streams.pair();
    const clock = turnedClock();
    const reader = createFrameReader(far, clock, () => CAP);
    let told: unknown;
    void reader.next().then((outcome) => (told = outcome));
    near.send(head(1000, KNOWN));
    await until(() => reader.isInFrame, 'the frame has begun');
    const drip = async () => {
      near.send(Uint8Array.of(0));
      await clock.passing(3000);
      return told;
    };
    expect(await until(drip, 'it is noticed')).toMatchObject({ code: 'wire-slow' });
    near.abort(new Error('done'));
  });

  test('that arrive in single bytes are kept in few pieces', async () => {
    const { near, far } = await streams.pair();
    const reader = createFrameReader(far, systemClock, () => 100_000);
    const next = reader.next();
    near.send(head(20_001, KNOWN));
    let most = 0;
    for (let sent = 0; sent < 20_000; sent += 100) {
      for (let i = 0; i < 100; i++) near.send(Uint8Array.of(sent & 255));
      await new Promise(setImmediate);
      most = Math.max(most, reader.pieces);
    }
    // The last byte only now, so that all others were kept at once.
    await new Promise((resolve) => setTimeout(resolve, 100));
    most = Math.max(most, reader.pieces);
    expect(most).toBeLessThan(30);
    near.send(Uint8Array.of(9));
    const frame = (await next) as Frame;
    expect(frame.body).toHaveLength(20_001);
    expect(frame.body[300]).toBe(300 & 255);
    near.abort(new Error('done'));
  });

  test('a full block may be read slowly, up to a limit', () => {
    expect(longestMs(1_000_000)).toBeGreaterThan(60_000);
    expect(longestMs(1_000_000)).toBeLessThan(6 * 60_000);
  });

  test('delay a writer when no one reads, within bounded memory, and end the stream', async () => {
    const { near, far } = await streams.pair();
    const body = new Uint8Array(256 * 1024);
    // It asks for one frame and never for another.
    void readerOf(far).next();
    let most = 0;
    const flood = async () => {
      for (;;) {
        await writeFrame(near, KNOWN, 0, [body]);
        most = Math.max(most, near.writeBufferLength);
      }
    };
    await expect(flood()).rejects.toMatchObject({ code: 'stream-stalled' });
    expect(most).toBeLessThanOrEqual(HIGH_WATER);
    expect(near.writeBufferLength).toBeLessThanOrEqual(HIGH_WATER + body.length + FRAME_HEAD);
    expect(far.readBufferLength).toBeLessThanOrEqual(2 << 20);
    near.abort(new Error('done'));
  });

  test('reach a slow reader completely, which never holds more than a window', async () => {
    const { near, far } = await streams.pair();
    const frames = 60;
    const sending = (async () => {
      for (let i = 0; i < frames; i++) await writeFrame(near, KNOWN, i, [new Uint8Array(128 * 1024)]);
    })();
    const reader = readerOf(far);
    let most = 0;
    for (let i = 0; i < frames; i++) {
      expect(((await reader.next()) as Frame).id).toBe(i);
      most = Math.max(most, far.readBufferLength);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await sending;
    expect(most).toBeLessThanOrEqual(2 << 20);
    near.abort(new Error('done'));
  });
});
