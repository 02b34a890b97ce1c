/** Who gains what by the gap rule: each scenario gives one number per rule. */
import { createRandom } from '../support/random.ts';
import {
  append,
  bitsFor,
  FUTURE_LIMIT,
  GAP,
  genesis,
  mine,
  type Rule,
  type SimBlock,
  SPACING,
  workAt,
} from './asert-model.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Hashes a second of the whole network; its full block takes 60 times as many. */
const NETWORK = 1e9;
const FULL = NETWORK * SPACING;

const honest = (now: number): number => now;

/** Hours until the first block after the hash rate has fallen by `factor` (mean). */
export function hoursToFirstBlock(rule: Rule, factor: number, seed: number, runs = 400): number {
  const random = createRandom(seed);
  let sum = 0;
  for (let i = 0; i < runs; i++) {
    const start = genesis(NETWORK);
    const m = { rule, random, rate: NETWORK / factor, claim: honest };
    sum += mine(m, start, 0, Infinity)!.mined;
  }
  return sum / runs / HOUR;
}

/** What a miner who is alone on his chain writes as time: by real time and height. */
export type Clock = (now: number, height: number) => number;

export const CLOCKS = {
  true: (now) => now,
  ahead: (now) => now + FUTURE_LIMIT,
  // The model raises it to the least that is allowed: the median of the last eleven and one second.
  early: () => 0,
  // Six of every eleven ten hours back hold the median down, so that every second block may claim a gap.
  held: (now, height) => now + FUTURE_LIMIT - (height < 11 || (height % 11) % 2 === 0 ? GAP + 1 : 0),
} satisfies Record<string, Clock>;

/** Blocks a day of a miner who is alone (all the hash rate, or a private fork) and may lie about the time. */
export function blocksPerDay(rule: Rule, clock: Clock, seed: number, days = 30): number {
  const random = createRandom(seed);
  let tip = genesis(NETWORK);
  // To begin with he lets ten hours pass, which held times need; they count.
  let now = GAP;
  const claim = (at: number, parent: SimBlock): number => clock(at, parent.height);
  while (now < days * DAY) {
    const block = mine({ rule, random, rate: NETWORK, claim }, tip, now, days * DAY);
    if (block === null) break;
    tip = block;
    now = block.mined;
  }
  return tip.height / days;
}

/** Coins per hash of a miner who comes only when a block costs less than half, over those of the miners who stay. */
export function hopperAdvantage(rule: Rule, ratio: number, seed: number, days = 120): number {
  const random = createRandom(seed);
  const steady = NETWORK / (1 + ratio);
  const hopper = NETWORK - steady;
  let here = true;
  const hashes = { hopper: 0, steady: 0 };
  const coins = { hopper: 0, steady: 0 };
  const decide = (work: number): void => {
    if (work < FULL / 2) here = true;
    if (work > FULL) here = false;
  };
  const rate = (_now: number, work: number): number => {
    decide(work);
    return here ? NETWORK : steady;
  };
  const spent = (seconds: number): void => {
    hashes.steady += seconds * steady;
    if (here) hashes.hopper += seconds * hopper;
  };
  let tip = genesis(NETWORK);
  for (let now = 0; ; now = tip.mined) {
    const block = mine({ rule, random, rate, claim: honest, spent }, tip, now, days * DAY);
    if (block === null) break;
    tip = block;
    coins[here && random.next() < hopper / NETWORK ? 'hopper' : 'steady']++;
  }
  return coins.hopper / hashes.hopper / (coins.steady / hashes.steady);
}

/**
 * Chance that a miner with `share` of what is left of the hash rate, after it fell by `factor`, replaces
 * `confirmations` blocks mined since. He mines in secret from the last block before the fall, at the difficulty that
 * suits him: full (by claiming an early time) or that of the clock. He gives up when a full block behind.
 */
export function replaceChance(
  rule: Rule,
  confirmations: number,
  attack: 'full' | 'clock',
  seed: number,
  { share = 0.3, factor = 10_000, runs = 300 } = {},
): number {
  const random = createRandom(seed);
  const rate = NETWORK / factor;
  const claim = attack === 'clock' ? honest : (_now: number, parent: SimBlock) => parent.time + 1;
  let won = 0;
  for (let i = 0; i < runs; i++) {
    const fork = genesis(NETWORK);
    const good = { rule, random, rate: rate * (1 - share), claim: honest };
    const bad = { rule, random, rate: rate * share, claim };
    let mineA = mine(good, fork, 0, Infinity)!;
    let mineB = mine(bad, fork, 0, Infinity)!;
    let a: SimBlock = fork;
    let b: SimBlock = fork;
    while (a.total - b.total < 1.01 * FULL) {
      if (mineA.mined <= mineB.mined) {
        a = mineA;
        mineA = mine(good, a, a.mined, Infinity)!;
      } else {
        b = mineB;
        mineB = mine(bad, b, b.mined, Infinity)!;
      }
      if (a.height >= confirmations && b.total > a.total) {
        won++;
        break;
      }
      if (a.height > 10 * confirmations + 300) break;
    }
  }
  return won / runs;
}

/** Work of `count` blocks that show a node, cut off for `hours`, a chain of its own; in full blocks of the network. */
export function costOfShownBlocks(rule: Rule, hours: number, count: number): number {
  let tip = genesis(NETWORK);
  const now = hours * HOUR;
  for (let i = 0; i < count; i++) tip = append(rule, tip, now + i, now + i);
  return tip.total / FULL;
}

/** Work of the cheapest header that can be hung on a block of that age, in full blocks of the network. */
export function costOfOldFork(rule: Rule, hours: number): number {
  return workAt(bitsFor(rule, genesis(NETWORK), hours * HOUR + FUTURE_LIMIT)) / FULL;
}
