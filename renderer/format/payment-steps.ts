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
export const CONFIRMED_AT = 6;

/** The steps of a payment: signed → queued, or seen by n of m peers → in block N → confirmed. */
export function paymentStepsOf(entry: HistoryEntry, maturity: number): PaymentStep[] {
  const first = entry.kind === 'mined' ? [] : [firstStep(entry), broadcastStep(entry)];
  const failed = failedStep(entry);
  if (failed) return [...first.filter((step) => step.state === 'done'), failed];
  return [...first, blockStep(entry), confirmedStep(entry, entry.kind === 'mined' ? maturity : CONFIRMED_AT)];
}

function firstStep(entry: HistoryEntry): PaymentStep {
  if (entry.kind === 'received') return { name: 'Seen', detail: 'It reached your node.', state: 'done' };
  return { name: 'Signed', detail: 'It has a signature of this wallet.', state: 'done' };
}

function broadcastStep(entry: HistoryEntry): PaymentStep {
  const mined = entry.height !== null;
  const state = mined || isBroadcast(entry) ? 'done' : 'current';
  if (entry.kind === 'received')
    return { name: 'Checked', detail: 'Your node found it valid.', state: 'done' };
  if (entry.state === 'queued') return { name: 'Queued', detail: 'It is sent when a peer connects.', state };
  return {
    name: 'Broadcast',
    detail: mined ? 'The network received it.' : broadcastDetail(entry),
    state,
  };
}

/** Also when the number of peers that have it is not known, because it came from one of them. */
const isBroadcast = ({ state, seenBy }: HistoryEntry): boolean =>
  state !== 'queued' && (seenBy === null || seenBy > 0);

const broadcastDetail = (entry: HistoryEntry): string =>
  entry.seenBy === null ? 'Your node did not send it since it was started.' : capital(broadcastWords(entry));

function blockStep(entry: HistoryEntry): PaymentStep {
  if (entry.height !== null) {
    return {
      name: `In block ${group(entry.height)}`,
      detail: 'A miner included it.',
      state: 'done',
    };
  }
  return {
    name: 'In a block',
    detail:
      entry.expires === 0
        ? 'Pending until a miner includes it.'
        : `Pending until a miner includes it. It expires after block ${group(entry.expires)}.`,
    state: isBroadcast(entry) || entry.kind === 'received' ? 'current' : 'future',
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
