import { type Feerate, perByteCeil } from './feerate.ts';
import { MIN_FEERATE, REPLACEMENT_INCREMENT } from './policy-limits.ts';

/**
 * The minimum fee rate, which rises above the rate of evicted entries and decays by halves (as the rolling minimum
 * fee rate of Bitcoin Core). Without it, transactions that are admitted and evicted immediately would be relayed for
 * free.
 */
export interface RollingFloor {
  /** Motes per byte, not rounded. 0 once it has decayed to the fixed minimum. */
  readonly rate: number;
  /** Milliseconds of a clock that never jumps back. */
  readonly at: number;
  /** Whether the floor falls now. It falls only after a block was connected since the last rise. */
  readonly falling: boolean;
}

export const RESTING_FLOOR: RollingFloor = { rate: 0, at: 0, falling: false };

/** The floor after the eviction of an entry with this fee rate: the next transaction must pay one increment more. */
export function raiseFloor(floor: RollingFloor, evicted: Feerate, at: number): RollingFloor {
  const rate = perByteCeil(evicted) + REPLACEMENT_INCREMENT;
  return rate > floor.rate ? { rate, at, falling: false } : floor;
}

/** The floor after a block, from which on it may fall. */
export function releaseFloor(floor: RollingFloor, at: number): RollingFloor {
  return floor.rate === 0 || floor.falling ? floor : { ...floor, at, falling: true };
}

/**
 * The floor at a later time. `halfLife` is in milliseconds. It is halved for a pool that is less than half full, and
 * divided by four for one that is less than a quarter full.
 */
export function fallenFloor(
  floor: RollingFloor,
  at: number,
  fullness: number,
  halfLife: number,
): RollingFloor {
  if (!floor.falling || floor.rate === 0 || at <= floor.at) return floor;
  const halving = fullness < 0.25 ? halfLife / 4 : fullness < 0.5 ? halfLife / 2 : halfLife;
  const rate = floor.rate / 2 ** ((at - floor.at) / halving);
  // Below half an increment the floor would refuse only transactions that the fixed minimum refuses anyway.
  return rate < REPLACEMENT_INCREMENT / 2 ? RESTING_FLOOR : { rate, at, falling: true };
}

/** The current minimum fee rate, in whole motes per byte. */
export function floorPerByte(floor: RollingFloor): number {
  return Math.max(MIN_FEERATE, Math.ceil(floor.rate));
}
