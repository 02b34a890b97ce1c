import type { Phase } from '../../shared/contract/vocabulary.ts';
import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { group, plural } from '../format/number.ts';
import { amountWords } from '../format/amount.ts';

/** A sentence about a payment that changed, for the toast and for screen readers. */
export interface PaymentNews {
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** A message replaces an earlier one on the same topic. */
  readonly topic?: string;
}

/** In these phases payments in blocks are old, and not final because better blocks are known. */
const SYNCING: readonly (Phase | undefined)[] = ['starting', 'repairing', 'headers', 'snapshot', 'blocks'];

/**
 * Messages about the changes between two lists of the newest payments. None for the first list of a wallet and while
 * the node is syncing.
 */
export function paymentNews(
  before: readonly HistoryEntry[] | null,
  now: readonly HistoryEntry[],
  phase: Phase | undefined,
): PaymentNews[] {
  if (before === null || SYNCING.includes(phase)) return [];
  const known = new Map(before.map((entry) => [entry.txid, entry]));
  // Oldest payment first.
  const news = now.toReversed().flatMap((entry) => newsOf(known.get(entry.txid), entry) ?? []);
  const mined = now.filter((entry) => entry.kind === 'mined' && !known.has(entry.txid));
  return mined.length === 0 ? news : [...news, minedNews(mined)];
}

/** Several blocks at the same time give one message. */
function minedNews(mined: readonly HistoryEntry[]): PaymentNews {
  const amount = amountWords(mined.reduce((sum, entry) => sum + entry.amount, 0));
  const what = mined.length === 1 ? 'a block' : plural(mined.length, 'block');
  return { text: `You mined ${what}: ${amount}.`, tone: 'good', topic: 'mined' };
}

function newsOf(before: HistoryEntry | undefined, entry: HistoryEntry): PaymentNews | null {
  if (!before) return arrival(entry);
  if (before.state === entry.state) return null;
  if (entry.kind === 'sent' && before.height === null && entry.height !== null) {
    return { text: `Your payment is in block ${group(entry.height)}.`, tone: 'good' };
  }
  if (entry.state === 'expired') {
    return { text: 'A payment expired. Its coins are available again.', tone: 'bad' };
  }
  if (entry.state === 'conflicted') {
    return { text: 'A payment is conflicted: another one spent the same coins.', tone: 'bad' };
  }
  return null;
}

function arrival(entry: HistoryEntry): PaymentNews | null {
  if (entry.kind !== 'received') return null;
  return { text: `Received ${amountWords(entry.amount)}.`, tone: 'good' };
}
