/**
 * Difficulty: ASERT ("absolutely scheduled exponentially rising targets"), variant aserti3-2d, specified on
 * 2020-11-15. The target depends only on how far a block is ahead of or behind the schedule counted from the anchor,
 * so there is no window of past blocks to manipulate. Fixed-point arithmetic throughout: every machine gets the same bits.
 */
import type { Height, UnixSeconds } from '../../../shared/units.ts';
import { bitsToTarget, targetToBits } from './compact.ts';
import type { ConsensusParams } from './params.ts';

export interface AsertInput {
  readonly anchorHeight: Height | bigint;
  /** Time of the block before the anchor; consensus uses the time of the anchor minus the spacing (protocol.md §9). */
  readonly anchorAncestorTime: UnixSeconds | bigint;
  readonly anchorBits: number;
  readonly parentHeight: Height | bigint;
  readonly parentTime: UnixSeconds | bigint;
  /** Target time between blocks in seconds. */
  readonly spacing: number;
  /** Number of seconds behind schedule that double the target. */
  readonly halfLife: number;
  /** The easiest target allowed, compact. */
  readonly powLimit: number;
}

// 16.16 fixed point; 2^x for 0 <= x < 1 is the specification's cubic, within 0.013 % of exact.
const RADIX_BITS = 16n;
const RADIX = 1n << RADIX_BITS;
const cubic = (x: bigint): bigint =>
  RADIX + ((195766423245049n * x + 971821376n * x * x + 5127n * x * x * x + (1n << 47n)) >> 48n);

/**
 * The compact target of the block that follows the parent. Never throws for valid anchor bits and a valid limit,
 * whatever the times and heights: numbers below 2^53, or bigints of any size (published test runs go beyond 2^63).
 * About 1 µs.
 */
export function asert(input: AsertInput): number {
  const limit = bitsToTarget(input.powLimit);
  const blocks = BigInt(input.parentHeight) - BigInt(input.anchorHeight) + 1n;
  const seconds = BigInt(input.parentTime) - BigInt(input.anchorAncestorTime);
  // BigInt division truncates towards zero, as the specification's reference in C++ does.
  const exponent = ((seconds - BigInt(input.spacing) * blocks) * RADIX) / BigInt(input.halfLife);
  const shift = exponent >> RADIX_BITS;
  // Beyond these the result is fixed. Without this check a hostile time would create a number with a billion bits.
  if (shift > 256n) return targetToBits(limit);
  if (shift < -512n) return targetToBits(1n);
  const factor = cubic(exponent & (RADIX - 1n));
  const target = ((bitsToTarget(input.anchorBits) * factor) << (shift + 256n)) >> (RADIX_BITS + 256n);
  if (target < 1n) return targetToBits(1n);
  return targetToBits(target > limit ? limit : target);
}

/** The fields of a block that the difficulty function needs. */
export interface DifficultyView {
  readonly height: Height;
  readonly time: UnixSeconds;
}

/**
 * The bits that a child of `parent` must have; they do not depend on the child. `anchor` is the block at height 1 of
 * the same chain (protocol.md §9, docs/adr/0002-difficulty-anchor.md). Genesis and the anchor itself have
 * `startBits`, which the caller must handle.
 */
export function nextBits(anchor: DifficultyView, parent: DifficultyView, params: ConsensusParams): number {
  if (!params.retarget) return params.startBits;
  return asert({
    anchorHeight: anchor.height,
    anchorAncestorTime: anchor.time - params.spacing,
    anchorBits: params.startBits,
    parentHeight: parent.height,
    parentTime: parent.time,
    spacing: params.spacing,
    halfLife: params.halfLife,
    powLimit: params.powLimit,
  });
}
