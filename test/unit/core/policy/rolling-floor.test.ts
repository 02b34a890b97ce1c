import { describe, expect, test } from 'vitest';
import {
  fallenFloor,
  floorPerByte,
  raiseFloor,
  releaseFloor,
  RESTING_FLOOR,
} from '../../../../main/core/policy/rolling-floor.ts';

const HALF_LIFE = 1_000_000;
const raised = raiseFloor(RESTING_FLOOR, { fee: 19_900, size: 199 }, 5_000);

describe('the rolling floor', () => {
  test('it stays at the fixed minimum until an eviction', () => {
    expect(floorPerByte(RESTING_FLOOR)).toBe(10);
    expect(fallenFloor(RESTING_FLOOR, 1e9, 1, HALF_LIFE)).toBe(RESTING_FLOOR);
  });

  test('rises to an increment above the evicted feerate, and never falls by an eviction', () => {
    expect(floorPerByte(raised)).toBe(110);
    expect(raiseFloor(raised, { fee: 1_000, size: 100 }, 6_000)).toBe(raised);
    expect(floorPerByte(raiseFloor(raised, { fee: 1_001, size: 10 }, 6_000))).toBe(111);
  });

  test('stays until a block frees space', () => {
    expect(fallenFloor(raised, 1e12, 1, HALF_LIFE)).toBe(raised);
    const released = releaseFloor(raised, 1e6);
    expect(floorPerByte(fallenFloor(released, 1e6, 1, HALF_LIFE))).toBe(110);
    expect(floorPerByte(fallenFloor(released, 2e6, 1, HALF_LIFE))).toBe(55);
  });

  test.each([
    [1, HALF_LIFE],
    [0.49, HALF_LIFE / 2],
    [0.24, HALF_LIFE / 4],
  ])('with a mempool %d full, it halves after %i ms', (fullness, after) => {
    const released = releaseFloor(raised, 0);
    expect(fallenFloor(released, after, fullness, HALF_LIFE).rate).toBeCloseTo(55);
  });

  test('it falls by the same amount in many small steps as in one large step, down to the fixed minimum', () => {
    let floor = releaseFloor(raised, 0);
    for (let at = 1_000; at <= HALF_LIFE; at += 1_000) floor = fallenFloor(floor, at, 1, HALF_LIFE);
    expect(floor.rate).toBeCloseTo(55);
    expect(fallenFloor(floor, 10 * HALF_LIFE, 1, HALF_LIFE)).toBe(RESTING_FLOOR);
  });
});
