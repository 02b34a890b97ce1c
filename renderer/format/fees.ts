import type { MempoolEntryInfo } from '../../shared/contract/mempool.ts';

/** When a payment should be in a block; the choice behind a fee. */
export type FeeTime = 'next' | 'soon' | 'today';

/** Feerates in motes per byte. */
export type FeeRates = Readonly<Record<FeeTime, number>>;

const BLOCK_BYTES = 1_000_000;
/** Seconds that the choice “soon” allows. “today” pays the floor: a day always has blocks that are not full. */
const SOON_SECONDS = 600;
/** Other senders may still pay a little more before the next block is found. */
const MARGIN = 1.1;

/**
 * Prices a payment by what waits now: to be in the next n blocks it must pay more than what would fill them.
 * Never below the floor; while blocks aren't full all three cost just that. A package's ancestors are not looked at,
 * which can only make the price slightly too high.
 */
export function feeRates(waiting: readonly MempoolEntryInfo[], floor: number, spacing: number): FeeRates {
  const byRate = waiting
    .map((entry) => ({ rate: entry.fee / entry.size, size: entry.size }))
    .sort((a, b) => b.rate - a.rate);
  const within = (blocks: number): number => {
    let room = blocks * BLOCK_BYTES;
    const last = byRate.find((entry) => (room -= entry.size) < 0);
    return Math.ceil(Math.max(floor, last === undefined ? 0 : last.rate * MARGIN));
  };
  const soon = within(Math.max(2, Math.round(SOON_SECONDS / spacing)));
  return { next: within(1), soon, today: Math.ceil(floor) };
}

/** Bytes of an everyday payment: two coins in, the receiver and the change out. */
export const EVERYDAY_BYTES = 310;
