import type { MempoolEntryInfo } from '../../shared/contract/mempool.ts';

/** The confirmation time that the user chooses, which determines the fee. */
export type FeeTime = 'next' | 'soon' | 'today';

/** Feerates in motes per byte. */
export type FeeRates = Readonly<Record<FeeTime, number>>;

const BLOCK_BYTES = 1_000_000;
/** Seconds of the choice “soon”. “today” pays the minimum fee rate, because within a day some blocks are not full. */
const SOON_SECONDS = 600;
/** Margin for senders that pay more before the next block is found. */
const MARGIN = 1.1;

/**
 * Estimates fee rates from the mempool: to be in the next n blocks, a payment must pay more than the transactions
 * that would fill them. Never below the minimum fee rate; while blocks are not full, all three choices have that
 * rate. Ancestors are ignored, so the estimate can only be slightly too high.
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

/** Bytes of a typical payment: two inputs, and outputs for the receiver and the change. */
export const EVERYDAY_BYTES = 310;
