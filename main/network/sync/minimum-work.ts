import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import type { HeaderEntry } from '../../state/chain/header-entry.ts';

/** How far below the best chain that was ever validated a branch may end and still be worth storing. */
const BLOCKS_BELOW = 1440n;

/**
 * The cumulative work below which no chain is stored (protocol 6): that of the best chain validated here less a day of
 * blocks at its difficulty, or what a join link names, whichever is more.
 */
export function minimumWork(tip: HeaderEntry, named: bigint): bigint {
  const reachable = tip.work - BLOCKS_BELOW * workOf(bitsToTarget(tip.bits));
  return reachable > named ? reachable : named;
}
