import { expect, test } from 'vitest';
import { seededRandom } from '../../../main/lib/random.ts';
import { MIN_FEERATE } from '../../../main/core/policy/policy-limits.ts';
import { MAX_BLOCK_BYTES } from '../../../main/core/primitives/limits.ts';
import { createFeerateHistogram, estimateFeerates } from '../../../main/mempool/feerates.ts';

const SPACING = 60;
/** Ten minutes, the time for which `soon` is. */
const SOON_BLOCKS = 10;
const BLOCKS = 1500;
const MEAN_BYTES = 10_000;
const BLOCKS_PER_DAY = 1440;

interface Waiting {
  readonly size: number;
  readonly fee: number;
}

/** An estimate, and the lowest fee rate of the blocks that followed it. */
interface Sample {
  readonly estimate: number;
  readonly needed: number;
}

interface Replay {
  readonly next: Sample[];
  readonly soon: Sample[];
  /** The part of the blocks that had no room left. */
  readonly full: number;
}

/**
 * Payments arrive and blocks are found as Poisson processes. `load`: the bytes that arrive in the mean time of a block, as a part
 * of a block; more by day, less by night, and four times as many in an hour of rush each day. Fee rates are log-normal around
 * three times the least. One payer in each block asks for an estimate at a random moment.
 */
function replay(load: number, seed: string): Replay {
  const random = seededRandom(seed);
  const exponential = () => -Math.log(1 - random.number());
  const normal = () => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * random.number());
  const histogram = createFeerateHistogram();
  let pool: Waiting[] = [];
  const asked: { block: number; next: number; soon: number }[] = [];
  const lowest: number[] = [];
  let time = 0;
  let arrival = 0;
  let full = 0;
  const arrive = () => {
    const size = Math.ceil(200 + exponential() * (MEAN_BYTES - 200));
    const entry = { size, fee: Math.ceil(size * MIN_FEERATE * Math.max(1, 3 * Math.exp(normal()))) };
    pool.push(entry);
    histogram.add(entry);
  };
  const demandAt = (blocks: number): number => {
    const hour = ((blocks / BLOCKS_PER_DAY) * 24) % 24;
    return load * (1 + 0.5 * Math.sin((hour / 24) * 2 * Math.PI)) * (Math.floor(hour) === 9 ? 4 : 1);
  };
  for (let block = 0; block < BLOCKS; block++) {
    const found = time + exponential();
    const askedAt = time + (found - time) * random.number();
    let hasAsked = false;
    const ask = () => {
      const { next, soon } = estimateFeerates(histogram, SPACING, MIN_FEERATE);
      asked.push({ block, next, soon });
      hasAsked = true;
    };
    for (; arrival < found; arrival += (exponential() * MEAN_BYTES) / (MAX_BLOCK_BYTES * demandAt(arrival))) {
      if (!hasAsked && arrival > askedAt) ask();
      arrive();
    }
    if (!hasAsked) ask();
    pool.sort((a, b) => b.fee / b.size - a.fee / a.size);
    let bytes = 0;
    let taken = 0;
    while (taken < pool.length && bytes + pool[taken]!.size <= MAX_BLOCK_BYTES) bytes += pool[taken++]!.size;
    const isFull = taken < pool.length;
    if (isFull) full++;
    const last = pool[taken - 1];
    lowest.push(isFull && last ? last.fee / last.size : MIN_FEERATE);
    for (const mined of pool.slice(0, taken)) histogram.remove(mined);
    pool = pool.slice(taken);
    time = found;
  }
  const judged = asked.filter(({ block }) => block + SOON_BLOCKS <= BLOCKS);
  return {
    next: judged.map(({ block, next }) => ({ estimate: next, needed: lowest[block]! })),
    soon: judged.map(({ block, soon }) => ({
      estimate: soon,
      needed: Math.min(...lowest.slice(block, block + SOON_BLOCKS)),
    })),
    full: full / BLOCKS,
  };
}

/** The median of estimate by need, the interval that has 90 % of these ratios, and the part that was enough. */
function judge(samples: readonly Sample[]) {
  const ratios = samples.map(({ estimate, needed }) => estimate / needed).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(ratios[Math.floor(share * (ratios.length - 1))]! * 100) / 100;
  const enough = samples.filter(({ estimate, needed }) => estimate >= needed).length / samples.length;
  return { low: at(0.05), median: at(0.5), high: at(0.95), enough: Math.round(enough * 100) / 100 };
}

/** What docs/wallet.md states, for every load. */
const STATED = {
  next: { low: 0.6, median: [0.95, 1.1], high: 1.3, enough: 0.8 },
  soon: { low: 0.7, median: [0.95, 1.1], high: 1.2, enough: 0.75 },
} as const;

test.each([0.3, 0.6, 0.8, 0.95])('estimates in a replayed mempool at a load of %d', (load) => {
  const { next, soon, full } = replay(load, 'replayed mempool');
  // Without full blocks every estimate would be the least fee rate, and right.
  expect(full).toBeGreaterThan(load / 4);
  for (const [samples, stated] of [
    [next, STATED.next],
    [soon, STATED.soon],
  ] as const) {
    const { low, median, high, enough } = judge(samples);
    expect(low).toBeGreaterThanOrEqual(stated.low);
    expect(median).toBeGreaterThanOrEqual(stated.median[0]);
    expect(median).toBeLessThanOrEqual(stated.median[1]);
    expect(high).toBeLessThanOrEqual(stated.high);
    expect(enough).toBeGreaterThanOrEqual(stated.enough);
  }
});
