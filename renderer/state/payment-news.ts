import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { group } from '../format/number.ts';
import { amountWords } from '../format/amount.ts';

/** A sentence about a payment that just moved, for the toast and for screen readers. */
export interface PaymentNews {
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
}

/** What happened between two readings of the newest payments. The first reading of a wallet is no news. */
export function paymentNews(
  before: readonly HistoryEntry[] | null,
  now: readonly HistoryEntry[],
): PaymentNews[] {
  if (before === null) return [];
  const known = new Map(before.map((entry) => [entry.txid, entry]));
  // Oldest first, as it happened.
  return now.toReversed().flatMap((entry) => newsOf(known.get(entry.txid), entry) ?? []);
}

function newsOf(before: HistoryEntry | undefined, entry: HistoryEntry): PaymentNews | null {
  if (!before) return arrival(entry);
  if (before.state === entry.state) return null;
  if (entry.kind === 'sent' && before.height === null && entry.height !== null) {
    return { text: `Your payment is in block ${group(entry.height)}.`, tone: 'good' };
  }
  if (entry.state === 'expired') {
    return { text: 'A payment was not mined in time. Its coins are yours again.', tone: 'bad' };
  }
  if (entry.state === 'conflicted') {
    return { text: 'A payment was overtaken by another one that spends the same coins.', tone: 'bad' };
  }
  return null;
}

function arrival(entry: HistoryEntry): PaymentNews | null {
  if (entry.kind === 'received') return { text: `Received ${amountWords(entry.amount)}.`, tone: 'good' };
  if (entry.kind === 'mined') {
    return { text: `You mined a block: ${amountWords(entry.amount)}.`, tone: 'good' };
  }
  return null;
}
