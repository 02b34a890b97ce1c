import type { Height, Motes } from '../../shared/units.ts';
import { DUST } from '../core/policy/policy-limits.ts';
import { MAX_TRANSACTION_BYTES } from '../core/primitives/limits.ts';
import type { OutpointKey } from '../core/primitives/outpoint.ts';
import { countBytes, feeFor, inputBytes } from './payment-size.ts';

/** A coin that may be spent. A `required` coin is spent regardless of its amount. */
export interface Candidate {
  readonly key: OutpointKey;
  /** Index among the outputs of its transaction. It determines how many bytes the input takes. */
  readonly index: number;
  readonly amount: Motes;
  readonly height: Height;
  readonly required?: boolean;
}

export interface Goal {
  /** The sum of the amounts for all receivers. */
  readonly target: number;
  readonly feerate: number;
  /** Bytes of the payment without inputs: without an output for change, and with one. */
  readonly baseBytes: number;
  readonly baseBytesWithChange: number;
}

export interface Selection<C extends Candidate = Candidate> {
  readonly coins: readonly C[];
  readonly fee: Motes;
  /** Amount of the change output, never dust. 0 for no change output. */
  readonly change: Motes;
  readonly bytes: number;
}

/** `available`: the value of the coins less the fee for their inputs. `maxAmount`: the largest amount that can be paid. */
export type SelectionProblem =
  | { readonly problem: 'insufficient'; readonly needed: number; readonly available: number }
  | { readonly problem: 'too-many-coins'; readonly maxAmount: number };

export const isSelectionProblem = (value: Selection | SelectionProblem): value is SelectionProblem =>
  'problem' in value;

/**
 * Chooses the coins of a payment. Tries in this order: a set that leaves no change (nothing then links this payment to
 * the next); the smallest single coin that is enough; the oldest coins until they are enough; the largest coins if
 * those exceed the size limit; as many of the largest as fit. An amount up to `maxAmount` can always be paid. Deterministic
 * for a given order of candidates.
 */
export function selectCoins<C extends Candidate>(
  candidates: readonly C[],
  goal: Goal,
): Selection<C> | SelectionProblem {
  const required = candidates.filter((coin) => coin.required);
  // A coin that costs more to spend than it is worth would only raise the fee.
  const optional = candidates.filter((coin) => !coin.required && worth(coin, goal) > 0);
  const all = [...required, ...optional];
  const available = all.reduce((sum, coin) => sum + worth(coin, goal), 0);
  const attempt = (coins: readonly C[]) => settle(coins, goal);
  const chosen =
    attempt(required) ??
    attempt(withoutChange(required, optional, goal) ?? []) ??
    attempt(single(required, optional, goal) ?? []) ??
    attempt(accumulate(required, optional.toSorted(oldestFirst), goal)) ??
    attempt(accumulate(required, optional.toSorted(largestFirst), goal)) ??
    attempt(mostThatFit(all, goal));
  if (chosen) return chosen;
  const everything = settleAnySize(all, goal);
  if (everything === null) return insufficient(all, goal, available);
  const coins = mostThatFit(all, goal);
  const maxAmount = total(coins) - feeFor(sizeOf(coins, goal.baseBytes), goal.feerate);
  return { problem: 'too-many-coins', maxAmount: Math.max(0, maxAmount) };
}

/** The selection of a payment that sends everything, and the coins that remain in the wallet. */
export interface Everything<C extends Candidate = Candidate> extends Selection<C> {
  /** Coins that are worth spending but do not fit into the transaction. */
  readonly aboveSizeLimit: readonly C[];
  /** Coins that cost more to spend than they are worth. */
  readonly uneconomic: readonly C[];
}

/** Sends all coins to one receiver, without change. The amount is their sum less the fee. */
export function selectAll<C extends Candidate>(
  candidates: readonly C[],
  goal: Omit<Goal, 'target'>,
): Everything<C> | SelectionProblem {
  const worthwhile = candidates.filter((coin) => coin.required || worth(coin, goal) > 0);
  const coins = mostThatFit(worthwhile, goal);
  const bytes = sizeOf(coins, goal.baseBytes);
  const fee = feeFor(bytes, goal.feerate);
  const available = total(coins) - fee;
  if (available < DUST) return { problem: 'insufficient', needed: DUST, available: Math.max(0, available) };
  const [spent, good] = [new Set(coins), new Set(worthwhile)];
  return {
    coins,
    fee,
    change: 0 as Motes,
    bytes,
    aboveSizeLimit: worthwhile.filter((coin) => !spent.has(coin)),
    uneconomic: candidates.filter((coin) => !good.has(coin)),
  };
}

/** The required coins and the largest optional ones: as many as fit into one transaction with a change output. */
function mostThatFit<C extends Candidate>(coins: readonly C[], goal: Omit<Goal, 'target'>): C[] {
  const first = coins.filter((coin) => coin.required);
  const others = coins.filter((coin) => !coin.required).toSorted(largestFirst);
  const picked: C[] = [];
  let bytes = goal.baseBytesWithChange;
  for (const coin of [...first, ...others]) {
    bytes += inputBytes(coin.index);
    if (bytes + countBytes(picked.length + 1) > MAX_TRANSACTION_BYTES) break;
    picked.push(coin);
  }
  return picked;
}

const oldestFirst = (a: Candidate, b: Candidate) => a.height - b.height || b.amount - a.amount;
const largestFirst = (a: Candidate, b: Candidate) => b.amount - a.amount;

const total = (coins: readonly Candidate[]) => coins.reduce((sum, coin) => sum + coin.amount, 0);
const worth = (coin: Candidate, goal: { feerate: number }) =>
  coin.amount - inputBytes(coin.index) * goal.feerate;

function sizeOf(coins: readonly Candidate[], base: number): number {
  return coins.reduce((sum, coin) => sum + inputBytes(coin.index), base + countBytes(coins.length));
}

/** Fee and change for a set of coins. Null when the set is not enough or exceeds the size limit. */
function settle<C extends Candidate>(coins: readonly C[], goal: Goal): Selection<C> | null {
  const settled = coins.length === 0 ? null : settleAnySize(coins, goal);
  return settled !== null && settled.bytes <= MAX_TRANSACTION_BYTES ? settled : null;
}

function settleAnySize<C extends Candidate>(coins: readonly C[], goal: Goal): Selection<C> | null {
  const left = total(coins) - goal.target;
  const withChange = sizeOf(coins, goal.baseBytesWithChange);
  const change = left - feeFor(withChange, goal.feerate);
  if (change >= DUST) {
    return { coins, fee: (left - change) as Motes, change: change as Motes, bytes: withChange };
  }
  const bytes = sizeOf(coins, goal.baseBytes);
  // A remainder below dust is added to the fee.
  return left >= feeFor(bytes, goal.feerate)
    ? { coins, fee: left as Motes, change: 0 as Motes, bytes }
    : null;
}

const MAX_TRIES = 5000;
const MAX_POOL = 200;

/**
 * Finds a set that exceeds the target by less than a change output costs. Branch and bound, largest coin first, with a
 * limited number of tries.
 */
function withoutChange<C extends Candidate>(
  required: readonly C[],
  optional: readonly C[],
  goal: Goal,
): C[] | null {
  const fixed = required.reduce((sum, coin) => sum + worth(coin, goal), 0);
  const least = goal.target + (goal.baseBytes + countBytes(1)) * goal.feerate - fixed;
  const most = least + (goal.baseBytesWithChange - goal.baseBytes + inputBytes(0)) * goal.feerate;
  const pool = optional
    .filter((coin) => worth(coin, goal) <= most)
    .toSorted(largestFirst)
    .slice(0, MAX_POOL);
  const values = pool.map((coin) => worth(coin, goal));
  const rest = [...values, 0]; // the sum of all coins from this index on
  for (let i = values.length - 1; i >= 0; i--) rest[i] = values[i]! + rest[i + 1]!;

  let tries = 0;
  const search = (at: number, sum: number, picked: readonly C[]): readonly C[] | null => {
    if (sum >= least) return sum <= most ? picked : null;
    if (sum + rest[at]! < least || ++tries > MAX_TRIES) return null;
    return search(at + 1, sum + values[at]!, [...picked, pool[at]!]) ?? search(at + 1, sum, picked);
  };
  const found = search(0, 0, []);
  return found === null ? null : [...required, ...found];
}

/** The required coins and the smallest single coin that is enough. */
function single<C extends Candidate>(required: readonly C[], optional: readonly C[], goal: Goal): C[] | null {
  const enough = optional.filter((coin) => (settle([...required, coin], goal)?.change ?? 0) > 0);
  const best = enough.toSorted(largestFirst).at(-1);
  return best === undefined ? null : [...required, best];
}

/** Adds coins in order until they are enough, then removes those that are not needed. */
function accumulate<C extends Candidate>(required: readonly C[], order: readonly C[], goal: Goal): C[] {
  const picked: C[] = [];
  let missing = goal.target + DUST + (goal.baseBytesWithChange + countBytes(1000)) * goal.feerate;
  for (const coin of required) missing -= worth(coin, goal);
  for (const coin of order) {
    if (missing <= 0) break;
    picked.push(coin);
    missing -= worth(coin, goal);
  }
  for (const coin of picked.toSorted(largestFirst).toReversed()) {
    if (missing + worth(coin, goal) > 0) break;
    missing += worth(coin, goal);
    picked.splice(picked.indexOf(coin), 1);
  }
  return [...required, ...picked];
}

function insufficient(all: readonly Candidate[], goal: Goal, available: number): SelectionProblem {
  const bytes = sizeOf(all, goal.baseBytes) - all.reduce((sum, coin) => sum + inputBytes(coin.index), 0);
  const needed = goal.target + feeFor(bytes, goal.feerate);
  return { problem: 'insufficient', needed, available: Math.max(0, Math.floor(available)) };
}
