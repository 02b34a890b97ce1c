import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { broadcastWords } from './activity.ts';
import { group, plural } from './number.ts';

/** One step of a payment: done, current or future. */
export interface PaymentStep {
  readonly name: string;
  readonly detail: string;
  readonly state: 'done' | 'current' | 'future' | 'failed';
}

/** Number of confirmations from which on a payment is called confirmed. */
const CONFIRMED_AT = 6;

/** The steps of a payment: signed → queued, or seen by n of m peers → in block N → confirmed. */
export function paymentStepsOf(entry: HistoryEntry, maturity: number): PaymentStep[] {
  const first = entry.kind === 'mined' ? [] : [firstStep(entry), broadcastStep(entry)];
  const failed = failedStep(entry);
  if (failed) return [...first.filter((step) => step.state === 'done'), failed];
  return [...first, blockStep(entry), confirmedStep(entry, entry.kind === 'mined' ? maturity : CONFIRMED_AT)];
}

function firstStep(entry: HistoryEntry): PaymentStep {
  if (entry.kind === 'received') return { name: 'Seen', detail: 'It reached your node.', state: 'done' };
  return { name: 'Signed', detail: 'Your node signed and saved it.', state: 'done' };
}

function broadcastStep(entry: HistoryEntry): PaymentStep {
  const mined = entry.height !== null;
  const state = mined || (entry.seenBy ?? 0) > 0 ? 'done' : 'current';
  if (entry.kind === 'received')
    return { name: 'Checked', detail: 'Your node found it valid.', state: 'done' };
  if (entry.state === 'queued') return { name: 'Queued', detail: 'It is sent when a peer connects.', state };
  return {
    name: 'Broadcast',
    detail: mined ? 'The network received it.' : capital(broadcastWords(entry)),
    state,
  };
}

function blockStep(entry: HistoryEntry): PaymentStep {
  if (entry.height !== null) {
    return {
      name: `In block ${group(entry.height)}`,
      detail: 'A miner included it.',
      state: 'done',
    };
  }
  const isBroadcast = entry.seenBy === null || entry.seenBy > 0 || entry.kind === 'received';
  return {
    name: 'In a block',
    detail:
      entry.expires === 0
        ? 'Pending until a miner includes it.'
        : `Pending until a miner includes it. It expires after block ${group(entry.expires)}.`,
    state: isBroadcast ? 'current' : 'future',
  };
}

function confirmedStep(entry: HistoryEntry, needed: number): PaymentStep {
  const have = entry.confirmations;
  if (entry.state === 'confirmed') {
    return { name: 'Confirmed', detail: `${plural(have, 'confirmation')}.`, state: 'done' };
  }
  const detail =
    entry.height === null
      ? `After ${plural(needed, 'confirmation')}.`
      : `${have} of ${needed} confirmations.`;
  return { name: 'Confirmed', detail, state: entry.height === null ? 'future' : 'current' };
}

function failedStep(entry: HistoryEntry): PaymentStep | null {
  switch (entry.state) {
    case 'expired':
    case 'dead':
      return {
        name: 'Expired',
        detail: 'No block included it in time. Its coins are available again.',
        state: 'failed',
      };
    case 'conflicted':
      return { name: 'Conflicted', detail: 'Another payment spent the same coins.', state: 'failed' };
    case 'cancelled':
      return { name: 'Replaced', detail: 'Its sender replaced it with another payment.', state: 'failed' };
    default:
      return null;
  }
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
