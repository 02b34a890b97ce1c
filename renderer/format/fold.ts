import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { dayName } from './time.ts';

/** A line of a payment list: one payment, or several consecutive mining rewards. */
export type FoldedRow =
  | { readonly kind: 'one'; readonly entry: HistoryEntry }
  | {
      readonly kind: 'mined';
      readonly entries: readonly HistoryEntry[];
      readonly motes: number;
      /** Number of immature rewards among them. */
      readonly immature: number;
    };

/** A smaller number of consecutive rewards gets one line each. */
const WORTH_FOLDING = 3;

/** Combines consecutive mining rewards, so that a miner can see the other payments. Keeps the order. */
export function foldMined(entries: readonly HistoryEntry[]): FoldedRow[] {
  const rows: FoldedRow[] = [];
  for (let at = 0; at < entries.length;) {
    const end = endOfRun(entries, at);
    const run = entries.slice(at, end);
    if (run.length < WORTH_FOLDING) rows.push(...run.map((entry) => ({ kind: 'one' as const, entry })));
    else {
      const motes = run.reduce((sum, entry) => sum + entry.amount, 0);
      const immature = run.filter((entry) => entry.state === 'immature').length;
      rows.push({ kind: 'mined', entries: run, motes, immature });
    }
    at = end;
  }
  return rows;
}

function endOfRun(entries: readonly HistoryEntry[], start: number): number {
  let end = start;
  while (entries[end] && isReward(entries[end])) end += 1;
  return Math.max(end, start + 1);
}

function isReward(entry: HistoryEntry | undefined): boolean {
  return entry?.kind === 'mined' && (entry.state === 'immature' || entry.state === 'confirmed');
}

/** Payments of one day below its heading. */
export interface DayOfPayments {
  /** Unique in the list, which the day is not: a block may be dated before the one below it, so a day can come twice. */
  readonly id: string;
  readonly day: string;
  readonly entries: readonly HistoryEntry[];
}

/** Number of lines in which a list of payments is shown. */
export const lineCount = (entries: readonly HistoryEntry[], now: number): number =>
  daysOf(entries, now).reduce((sum, day) => sum + foldMined(day.entries).length, 0);

/** The payments by day, in their order. */
export function daysOf(entries: readonly HistoryEntry[], now: number): DayOfPayments[] {
  const days: { id: string; day: string; entries: HistoryEntry[] }[] = [];
  for (const entry of entries) {
    const day = dayName(entry.time, now);
    const last = days.at(-1);
    if (last?.day === day) {
      last.entries.push(entry);
      // The oldest, so that a new payment, which comes first, does not replace the day.
      last.id = entry.txid;
    } else days.push({ id: entry.txid, day, entries: [entry] });
  }
  return days;
}
