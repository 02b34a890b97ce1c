import { describe, expect, test } from 'vitest';
import { asert, type AsertInput } from '../../../../main/core/consensus/asert.ts';
import { bitsToTarget } from '../../../../main/core/consensus/compact.ts';
import { readSharedData } from '../../../support/shared-data.ts';

const BITCOIN_CASH = { spacing: 600, halfLife: 172_800, powLimit: 0x1d00ffff };

describe('published vectors', () => {
  test.for(['run01', 'run02', 'run03', 'run04', 'run05', 'run06'])('%s', (run, { skip }) => {
    const file = readSharedData(`vectors/asert/${run}`);
    if (file === null) return skip('the shared data folder is missing');
    const anchor = {
      anchorHeight: Number(/anchor height: (\d+)/.exec(file)![1]),
      anchorAncestorTime: Number(/anchor ancestor time: (\d+)/.exec(file)![1]),
      anchorBits: Number(/anchor nBits: (\w+)/.exec(file)![1]),
    };
    const rows = file.split('\n').filter((line) => /^\d/.test(line));
    expect(rows.length).toBe(Number(/iterations: (\d+)/.exec(file)![1]));
    const wrong = rows.filter((row) => {
      const [, parentHeight, parentTime, bits] = row.split(' ').map(Number);
      return (
        asert({ ...BITCOIN_CASH, ...anchor, parentHeight: parentHeight!, parentTime: parentTime! }) !== bits
      );
    });
    expect(wrong).toEqual([]);
  });
});

describe('a schedule', () => {
  const genesis: AsertInput = {
    anchorHeight: 0,
    anchorAncestorTime: 1_700_000_000 - 60,
    anchorBits: 0x1e0fffff,
    parentHeight: 0,
    parentTime: 1_700_000_000,
    spacing: 60,
    halfLife: 18_000,
    powLimit: 0x1f00ffff,
  };
  const at = (height: number, late: number): number =>
    asert({ ...genesis, parentHeight: height, parentTime: 1_700_000_000 + 60 * height + late });

  test('keeps its bits while blocks have the target spacing', () => {
    for (const height of [0, 1, 1000, 10_000_000]) expect(at(height, 0)).toBe(0x1e0fffff);
  });

  test('doubles and halves by the half-life, whatever the height', () => {
    for (const height of [0, 7, 12_345]) {
      expect(bitsToTarget(at(height, 18_000)) >> 224n).toBe((bitsToTarget(0x1e0fffff) * 2n) >> 224n);
      expect(bitsToTarget(at(height, -18_000)) >> 216n).toBe(bitsToTarget(0x1e0fffff) >> 217n);
    }
  });

  test('never leaves its bounds, whatever times a hostile miner sets', () => {
    expect(at(1, 40 * 18_000)).toBe(0x1f00ffff);
    expect(at(1, -300 * 18_000)).toBe(0x01010000);
    for (const halfLife of [10, 18_000, 3_600_000])
      for (const parentTime of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER])
        for (const parentHeight of [0, 2 ** 32 - 1]) {
          const bits = asert({ ...genesis, halfLife, parentTime, parentHeight });
          expect(bitsToTarget(bits)).toBeGreaterThan(0n);
          expect(bitsToTarget(bits)).toBeLessThanOrEqual(bitsToTarget(0x1f00ffff));
        }
  });

  test('is monotonic: a later parent never makes the next block harder', () => {
    let last = 0n;
    for (let late = -40_000; late < 40_000; late += 97) {
      const target = bitsToTarget(at(500, late));
      expect(target).toBeGreaterThanOrEqual(last);
      last = target;
    }
  });
});
