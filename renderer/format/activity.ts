import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { shortId } from './id.ts';
import { plural } from './number.ts';

/** A payment as a sentence around its amount: "Sent **2.5 KITH** to *Mira's shop*, 3 confirmations". */
export interface Activity {
  readonly lead: string;
  /** Always positive. */
  readonly motes: number;
  /** What joins the amount with the party: " to ", " for "; empty where no party is named. */
  readonly joint: string;
  /** A label or an address: text of people, to be set apart from the sentence around it. */
  readonly party: string;
  readonly tail: string;
  readonly tone: 'in' | 'out' | 'mined' | 'wait' | 'void';
}

/** What the person gave, without the fee; for what came in, what came in. */
export function paidMotes(entry: HistoryEntry): number {
  return entry.kind === 'sent' ? Math.max(0, -entry.amount - (entry.fee ?? 0)) : Math.abs(entry.amount);
}

/** The sentence for one entry; `maturity` is how long the network lets a reward wait. */
export function activityOf(entry: HistoryEntry, maturity: number): Activity {
  const motes = paidMotes(entry);
  const failed = failure(entry);
  if (failed !== null) return { lead: failed, motes, ...NOBODY, tail: '', tone: 'void' };
  switch (entry.kind) {
    case 'mined':
      return { lead: 'Mined a block:', motes, ...NOBODY, tail: reward(entry, maturity), tone: 'mined' };
    case 'received':
      return entry.height === null
        ? { lead: 'Receiving', motes, ...from(entry), tail: ', not in a block yet', tone: 'wait' }
        : { lead: 'Received', motes, ...from(entry), tail: standing(entry), tone: 'in' };
    case 'self':
      return { lead: 'Moved coins to yourself for', motes, ...NOBODY, tail: standing(entry), tone: 'out' };
    case 'sent':
      return entry.height === null
        ? { lead: 'Sending', motes, ...to(entry), tail: `, ${onItsWay(entry)}`, tone: 'wait' }
        : { lead: 'Sent', motes, ...to(entry), tail: standing(entry), tone: 'out' };
  }
}

/** How far a payment that is in no block yet has come. */
export function onItsWay(entry: HistoryEntry): string {
  if (entry.state === 'queued' || entry.seenBy === null || entry.ofPeers === null) {
    return 'waiting for a peer to hand it to';
  }
  return `seen by ${entry.seenBy} of ${plural(entry.ofPeers, 'peer')}`;
}

function failure(entry: HistoryEntry): string | null {
  switch (entry.state) {
    case 'expired':
      return 'Not mined in time, coins free again:';
    case 'dead':
      return 'Expired for good:';
    case 'conflicted':
      return 'Overtaken by another payment:';
    case 'cancelled':
      return 'Cancelled:';
    default:
      return null;
  }
}

function reward(entry: HistoryEntry, maturity: number): string {
  if (entry.state !== 'immature') return '';
  const left = Math.max(1, maturity - entry.confirmations);
  return `, ready in ${plural(left, 'block')}`;
}

function standing(entry: HistoryEntry): string {
  return entry.state === 'confirmed' ? '' : `, ${plural(entry.confirmations, 'confirmation')}`;
}

type Party = Pick<Activity, 'joint' | 'party'>;
const NOBODY: Party = { joint: '', party: '' };

function from(entry: HistoryEntry): Party {
  return entry.label === '' ? NOBODY : { joint: ' for ', party: entry.label };
}

function to(entry: HistoryEntry): Party {
  const [first, ...rest] = entry.addresses;
  if (entry.label !== '') return { joint: ' to ', party: entry.label };
  if (first === undefined) return NOBODY;
  const party = rest.length === 0 ? shortId(first) : plural(rest.length + 1, 'address', 'addresses');
  return { joint: ' to ', party };
}
