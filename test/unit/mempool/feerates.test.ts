import { describe, expect, test } from 'vitest';
import type { MinedOdds } from '../../../shared/contract/mempool.ts';
import { seededRandom } from '../../../main/lib/random.ts';
import { MIN_FEERATE } from '../../../main/core/policy/policy-limits.ts';
import { MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS } from '../../../main/core/primitives/limits.ts';
import { askedBy, OBSERVED_BLOCKS } from '../../../main/mempool/block-rates.ts';
import { bytesAhead, minedOdds, type ObservedBlock } from '../../../main/mempool/mined-odds.ts';
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
  /** In seconds. */
  readonly time: number;
  readonly validFrom: number;
  readonly outputs: number;
  readonly ancestors: { readonly size: number; readonly fee: number; readonly count: number };
}

/** Odds that were told, and what came of it. */
interface Outcome {
  readonly share: number;
  readonly mined: boolean;
}

/** An estimate, and the lowest fee rate of the blocks that followed it. */
interface Sample {
  readonly estimate: number;
  readonly needed: number;
}

interface Replay {
  readonly next: Sample[];
  readonly soon: Sample[];
  /** Of a payment at a random fee rate: within one block and within six. */
  readonly odds: { readonly one: Outcome[]; readonly six: Outcome[] };
  /** The part of the blocks that had no room left. */
  readonly full: number;
}

/** What the payers choose: any fee rate, or half of them the same one. */
type Choice = 'any' | 'default';
const DEFAULT_RATE = 3 * MIN_FEERATE;

/**
 * Payments arrive and blocks are found as Poisson processes. `load`: the bytes that arrive in the mean time of a block, as a part
 * of a block; more by day, less by night, and four times as many in an hour of rush each day. Fee rates are log-normal around
 * three times the least, or for half of the payments exactly that. One payer in each block asks for an estimate at a random
 * moment.
 */
function replay(load: number, choice: Choice, seed: string): Replay {
  const random = seededRandom(seed);
  const exponential = () => -Math.log(1 - random.number());
  const hasDefault = () => choice === 'default' && random.number() < 0.5;
  const normal = () => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * random.number());
  const histogram = createFeerateHistogram();
  let pool: Waiting[] = [];
  const asked: { block: number; next: number; soon: number }[] = [];
  const lowest: number[] = [];
  const told: Told[] = [];
  const observed: ObservedBlock[] = [];
  let reach = MIN_FEERATE;
  /** What a small payment had to come before to enter the block. */
  const entry: Cut[] = [];
  let time = 0;
  let arrival = 0;
  let full = 0;
  const arrive = () => {
    const size = Math.ceil(200 + exponential() * (MEAN_BYTES - 200));
    const rate = hasDefault() ? DEFAULT_RATE : MIN_FEERATE * Math.max(1, 3 * Math.exp(normal()));
    const fee = choice === 'any' ? Math.ceil(size * rate) : size * rate;
    const ancestors = { size, fee, count: 1 };
    const outputs = 2;
    const entry = { size, fee, time: arrival * SPACING, validFrom: 0, outputs, ancestors };
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
      const feerate = hasDefault() ? DEFAULT_RATE : MIN_FEERATE * Math.exp(random.number() * Math.log(20));
      const facts = { blocks: observed.slice(-OBSERVED_BLOCKS), ahead: bytesAhead(pool, feerate) };
      told.push({ block, feerate, time: askedAt * SPACING, odds: minedOdds(feerate, facts) });
    };
    for (; arrival < found; arrival += (exponential() * MEAN_BYTES) / (MAX_BLOCK_BYTES * demandAt(arrival))) {
      if (!hasAsked && arrival > askedAt) ask();
      arrive();
    }
    if (!hasAsked) ask();
    pool.sort((a, b) => b.fee / b.size - a.fee / a.size || a.time - b.time);
    let bytes = 0;
    let first = 0;
    while (first < pool.length && bytes + pool[first]!.size <= MAX_BLOCK_BYTES) bytes += pool[first++]!.size;
    const isFull = first < pool.length;
    if (isFull) full++;
    const last = pool[first - 1];
    lowest.push(isFull && last ? last.fee / last.size : MIN_FEERATE);
    // As the block assembler does, smaller ones fill the rest.
    const taken = pool.slice(0, first);
    const left: Waiting[] = [];
    for (const each of pool.slice(first)) {
      if (bytes + each.size > MAX_BLOCK_BYTES) left.push(each);
      else {
        bytes += each.size;
        taken.push(each);
      }
    }
    entry.push(entryCut(pool, taken));
    const outputs = MAX_BLOCK_OUTPUTS - taken.reduce((sum, each) => sum + each.outputs, 0);
    const room = { bytes: MAX_BLOCK_BYTES - bytes, outputs };
    const contents = { room, payments: taken.length, rates: () => taken };
    const rate = askedBy(contents, left, { height: block, now: found * SPACING });
    if (rate !== null) observed.push({ height: block, asked: rate, reach });
    for (const mined of taken) histogram.remove(mined);
    reach = histogram.rateBehind(MAX_BLOCK_BYTES);
    pool = left;
    time = found;
  }
  const judged = asked.filter(({ block }) => block + SOON_BLOCKS <= BLOCKS);
  return {
    next: judged.map(({ block, next }) => ({ estimate: next, needed: lowest[block]! })),
    soon: judged.map(({ block, soon }) => ({
      estimate: soon,
      needed: Math.min(...lowest.slice(block, block + SOON_BLOCKS)),
    })),
    odds: { one: outcomes(told, entry, 1), six: outcomes(told, entry, 6) },
    full: full / BLOCKS,
  };
}

interface Told {
  readonly block: number;
  readonly feerate: number;
  readonly time: number;
  readonly odds: MinedOdds;
}

/** A fee rate, and the time of the payment at that rate for which there was no more room. */
interface Cut {
  readonly rate: number;
  readonly time: number;
}

/** The first payment before which one of 300 bytes had to be: it goes before everything that pays less, or came later. */
function entryCut(pool: readonly Waiting[], taken: readonly Waiting[]): Cut {
  const isIn = new Set(taken);
  let bytes = 0;
  for (const each of pool) {
    if (isIn.has(each)) bytes += each.size;
    if (bytes + 300 > MAX_BLOCK_BYTES) return { rate: each.fee / each.size, time: each.time };
  }
  return { rate: 0, time: 0 };
}

function outcomes(told: readonly Told[], entry: readonly Cut[], blocks: number): Outcome[] {
  return told
    .filter(({ block, odds: { chances } }) => chances.length > 0 && block + blocks <= BLOCKS)
    .map(({ block, feerate, time, odds: { chances } }) => ({
      share: chances.find((chance) => chance.blocks === blocks)!.share,
      mined: entry
        .slice(block, block + blocks)
        .some((cut) => feerate > cut.rate || (feerate === cut.rate && time < cut.time)),
    }));
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

const LOADS = [0.3, 0.6, 0.8, 0.95] as const;
const CHOICES = ['any', 'default'] as const;
const replays = new Map<string, Replay>();
function replayed(load: number, choice: Choice = 'any'): Replay {
  const known = replays.get(`${choice} ${load}`) ?? replay(load, choice, 'replayed mempool');
  replays.set(`${choice} ${load}`, known);
  return known;
}

test.each(LOADS)('estimates in a replayed mempool at a load of %d', (load) => {
  const { next, soon, full } = replayed(load);
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

/** Over all loads, as docs/wallet.md states it. */
describe('the odds of a payment in a replayed mempool', () => {
  const all = (choice: Choice) => LOADS.map((load) => replayed(load, choice).odds);
  const mean = (list: readonly Outcome[], of: (outcome: Outcome) => number) =>
    list.reduce((sum, outcome) => sum + of(outcome), 0) / list.length;
  const bias = (list: readonly Outcome[]) =>
    mean(list, ({ share }) => share) - mean(list, ({ mined }) => Number(mined));

  test.each(LOADS.flatMap((load) => CHOICES.map((choice) => [load, choice] as const)))(
    'are at most 8 points too low and never too high on average at a load of %d and %s rate',
    (load, choice) => {
      const { one, six } = replayed(load, choice).odds;
      for (const list of [one, six]) {
        expect(bias(list)).toBeGreaterThan(-0.08);
        expect(bias(list)).toBeLessThanOrEqual(0);
      }
    },
  );

  test.each([
    // The share of those that were mined, where the odds were between these.
    ['any', 'one', 0, 0.01, [0.02, 0.06]],
    ['any', 'one', 0.5, 0.9, [0.85, 0.95]],
    ['any', 'one', 0.9, 1, [0.98, 1]],
    ['any', 'six', 0, 0.01, [0, 0.04]],
    ['any', 'six', 0.01, 0.5, [0.4, 0.6]],
    ['any', 'six', 0.5, 0.9, [0.75, 0.9]],
    ['any', 'six', 0.9, 1, [0.98, 1]],
    ['default', 'one', 0, 0.01, [0.02, 0.06]],
    ['default', 'one', 0.5, 0.9, [0.9, 0.99]],
    ['default', 'one', 0.9, 1, [0.98, 1]],
    ['default', 'six', 0, 0.01, [0, 0.04]],
    ['default', 'six', 0.01, 0.5, [0.7, 0.85]],
    ['default', 'six', 0.5, 0.9, [0.8, 0.95]],
    ['default', 'six', 0.9, 1, [0.98, 1]],
  ] as const)('at %s rate, within %s: between %d and %d', (choice, horizon, from, to, [least, most]) => {
    const told = all(choice)
      .flatMap((odds) => odds[horizon])
      .filter(({ share }) => share >= from && share < to);
    expect(told.length).toBeGreaterThan(50);
    const mined = mean(told, (outcome) => Number(outcome.mined));
    expect(mined).toBeGreaterThanOrEqual(least);
    expect(mined).toBeLessThanOrEqual(most);
  });
});
