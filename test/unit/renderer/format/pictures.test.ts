import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bandBlocks } from '../../../../renderer/format/band.ts';
import { cellPath, glyphOf } from '../../../../renderer/format/glyph.ts';
import { drawGraph } from '../../../../renderer/format/graph.ts';
import { polar, ringMarks, ringSpan } from '../../../../renderer/format/ring.ts';
import { treemap } from '../../../../renderer/format/treemap.ts';
import { aBlock, aPeer } from '../entries.ts';

const SEED = 20261122;

describe('the block clock', () => {
  test.each([
    [5, 600],
    [60, 3600],
    [600, 43_200],
  ])('with blocks every %i s the ring shows %i s', (spacing, span) => expect(ringSpan(spacing)).toBe(span));

  test('only the last turn is shown, own blocks are highlighted, and the fullest is the longest', () => {
    const now = 1_800_010_000;
    const blocks = [
      aBlock(3, { time: now - 10, transactions: 101 }),
      aBlock(2, { time: now - 1800, transactions: 1 }),
      aBlock(1, { time: now - 4000 }),
    ];
    const marks = ringMarks(blocks, 3600, now, new Set([2]));
    expect(marks.map((mark) => mark.block.height)).toEqual([3, 2]);
    expect(marks.map((mark) => mark.own)).toEqual([false, true]);
    expect(marks[0]?.length).toBeGreaterThan(0.99);
    expect(marks[1]?.fresh).toBeCloseTo(0.5);
  });

  test('the top is where a turn begins', () => {
    expect(polar(0, 10)).toEqual({ x: 0, y: -10 });
    expect(polar(0.25, 10)).toEqual({ x: 10, y: 0 });
  });

  test('a block with a time in the future is shown at the current time', () => {
    expect(ringMarks([aBlock(1, { time: 5000 })], 600, 4000, new Set())[0]?.fresh).toBe(1);
  });
});

test('the band runs from old to new and keeps every block visible', () => {
  const blocks = [aBlock(3, { time: 10_000 }), aBlock(2, { time: 100 }), aBlock(1, { time: 99 })];
  const band = bandBlocks(blocks, 10, 60);
  expect(band.map(({ block }) => block.height)).toEqual([2, 3]);
  expect(band[0]?.gap).toBeCloseTo(21);
  expect(band[1]?.gap).toBe(240);
});

describe('the treemap', () => {
  test('gives every item its share of the area, inside the area', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 80 }),
        (sizes) => {
          const sum = sizes.reduce((a, b) => a + b, 0);
          const tiles = treemap(sizes, (size) => size, 1000, 200);
          expect(tiles.map(({ item }) => item)).toEqual(sizes);
          for (const { item, x, y, width, height } of tiles) {
            expect(width * height).toBeCloseTo((item / sum) * 200_000, 3);
            expect(x >= -1e-6 && y >= -1e-6 && x + width <= 1000 + 1e-6 && y + height <= 200 + 1e-6).toBe(
              true,
            );
          }
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });
  test('an empty list gives no rectangle', () => expect(treemap([], () => 1, 10, 10)).toEqual([]));
});

describe('glyphs', () => {
  test('the same text gives the same picture, a look-alike another', () => {
    expect(glyphOf('3f9a2c')).toEqual(glyphOf('3f9a2c'));
    expect(glyphOf('3f9a2c')).not.toEqual(glyphOf('3f9a2d'));
  });
  test('hues keep their distance', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { hue, secondHue } = glyphOf(text);
        const apart = Math.abs(hue - secondHue) % 360;
        expect(Math.min(apart, 360 - apart)).toBeGreaterThanOrEqual(90);
      }),
      { seed: SEED },
    );
  });
  test('every shape but the empty one is drawn', () => {
    const drawn = Array.from({ length: 8 }, (_, shape) => cellPath({ x: 0, y: 0, shape, second: false }));
    expect(drawn.filter((path) => path === '')).toHaveLength(1);
    expect(new Set(drawn).size).toBe(8);
  });
});

describe('the map', () => {
  const distance = ({ x, y }: { x: number; y: number }): number => Math.hypot(x / 1.75, y);

  test('a peer with a higher ping is further out, and unmeasured ones are outermost', () => {
    const { peers } = drawGraph([aPeer('a', 1), aPeer('b', 30), aPeer('c', 500), aPeer('d', null)]);
    const far = peers.map(distance);
    expect([...far].sort((a, b) => a - b)).toEqual(far);
  });
  test('the order of the list does not change the positions', () => {
    const [a, b, c] = [aPeer('a', 1), aPeer('b', 30), aPeer('c', 500)];
    expect(drawGraph([c, a, b])).toEqual(drawGraph([a, b, c]));
  });
  test('no peer is drawn on top of the own node', () => {
    const { peers } = drawGraph([aPeer('a', 0), aPeer('b', 0.001)]);
    for (const peer of peers) expect(distance(peer)).toBeGreaterThan(50);
  });
});
