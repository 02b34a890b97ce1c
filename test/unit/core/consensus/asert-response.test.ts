import { describe, expect, test } from 'vitest';
import { nextBits } from '../../../../main/core/consensus/asert.ts';
import { bitsToTarget, targetToBits, workOf } from '../../../../main/core/consensus/compact.ts';
import type { ConsensusParams } from '../../../../main/core/consensus/params.ts';
import { createRandom } from '../../../support/random.ts';

const SPACING = 60;
const HALF_LIFE = 18_000;
const RATE = 1e9;

const params = {
  spacing: SPACING,
  halfLife: HALF_LIFE,
  powLimit: 0x1f00ffff,
  startBits: targetToBits((1n << 256n) / BigInt(RATE * SPACING)),
  retarget: true,
} as ConsensusParams;

type Rate = (now: number) => number;

/** Times of blocks mined at a hash rate that may change every minute. */
function mineTimes(rate: Rate, count: number, seed: number): number[] {
  const random = createRandom(seed);
  const anchor = { height: 0, time: 0 };
  const times = [0];
  for (let now = 0; times.length <= count;) {
    const parent = { height: times.length - 1, time: Math.floor(times.at(-1)!) };
    const work = Number(workOf(bitsToTarget(nextBits(anchor, parent, params))));
    for (let hashes = random.exponential(work); hashes > 0;) {
      const untilChange = 60 - (now % 60);
      const used = Math.min(untilChange, hashes / rate(now));
      hashes = used < untilChange ? 0 : hashes - used * rate(now);
      now += used;
    }
    times.push(now);
  }
  return times;
}

const spacingOf = (times: readonly number[]): number => (times.at(-1)! - times[0]!) / (times.length - 1);

describe('mean spacing stays within 1 % of a minute', () => {
  const count = 30_000;
  const step = 10_000 * SPACING;
  test.each<[string, Rate]>([
    ['a steady hash rate', () => RATE],
    ['ten times the hash rate, once settled', (now) => (now < step ? RATE : 10 * RATE)],
    ['a tenth of the hash rate, once settled', (now) => (now < step ? RATE : RATE / 10)],
    [
      'a hash rate that is off every other hour',
      (now) => (Math.floor(now / 3600) % 2 === 0 ? RATE : RATE / 1e6),
    ],
    [
      'ten times the hash rate every other hour',
      (now) => (Math.floor(now / 3600) % 2 === 0 ? RATE : 10 * RATE),
    ],
  ])('%s', (_name, rate) => {
    const times = mineTimes(rate, count, 7);
    const settled = times.filter((time) => time === 0 || time > step + 20 * HALF_LIFE);
    const spacing = spacingOf(settled.slice(1));
    expect(Math.abs(spacing / SPACING - 1)).toBeLessThan(0.01);
  });
});

test('a tenfold change of the hash rate costs or gains log2(10) half-lives of blocks, and no more', () => {
  const step = 2_000 * SPACING;
  const faster = mineTimes((now) => (now < step ? RATE : 10 * RATE), 12_000, 3);
  const ahead = 12_000 * SPACING - faster.at(-1)!;
  expect(ahead / HALF_LIFE).toBeGreaterThan(Math.log2(10) - 0.5);
  expect(ahead / HALF_LIFE).toBeLessThan(Math.log2(10) + 0.5);
});

test('without retargeting the bits never change', () => {
  const fixed = { ...params, retarget: false };
  expect(nextBits({ height: 0, time: 0 }, { height: 9, time: 1e9 }, fixed)).toBe(params.startBits);
});
