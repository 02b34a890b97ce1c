import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { shortId } from './id.ts';
import { plural } from './number.ts';

/** A payment as a sentence around its amount: "Sent **2.5 KITH** to *Mira's shop*, 3 confirmations". */
export interface Activity {
  readonly lead: string;
  /** Always positive. */
  readonly motes: number;
  /** Text between the amount and the party: " to ", " for "; empty if there is no party. */
  readonly joint: string;
  /** The name of a contact, a label, or an address. Users may choose it, so the page isolates its text direction. */
  readonly party: string;
  /** The label, where the party is a contact; else empty. Isolated too. */
  readonly label: string;
  readonly tail: string;
  readonly tone: 'in' | 'out' | 'mined' | 'wait' | 'void';
}

/** The names of contacts, by their addresses and by the own addresses that were given to them; null for none. */
export interface ContactNames {
  of(address: string): string | null;
  givenTo(address: string): string | null;
}

const NO_NAMES: ContactNames = { of: () => null, givenTo: () => null };

export const contactNames = (contacts: {
  of(address: string): { readonly name: string } | null;
  givenTo(address: string): { readonly name: string } | null;
}): ContactNames => ({
  of: (address) => contacts.of(address)?.name ?? null,
  givenTo: (address) => contacts.givenTo(address)?.name ?? null,
});

/** The amount sent without the fee, or the amount received. */
export function paidMotes(entry: HistoryEntry): number {
  return entry.kind === 'sent' ? Math.max(0, -entry.amount - (entry.fee ?? 0)) : Math.abs(entry.amount);
}

/** The sentence for one entry; `maturity` in blocks. */
export function activityOf(entry: HistoryEntry, maturity: number, names: ContactNames = NO_NAMES): Activity {
  const motes = paidMotes(entry);
  const failed = failure(entry);
  if (failed !== null) return { lead: failed, motes, ...NO_PARTY, tail: '', tone: 'void' };
  switch (entry.kind) {
    case 'mined':
      return { lead: 'Mined a block:', motes, ...NO_PARTY, tail: reward(entry, maturity), tone: 'mined' };
    case 'received':
      return entry.height === null
        ? { lead: 'Receiving', motes, ...from(entry, names), tail: ', pending', tone: 'wait' }
        : { lead: 'Received', motes, ...from(entry, names), tail: standing(entry), tone: 'in' };
    case 'self':
      return { lead: 'Paid to yourself, fee:', motes, ...NO_PARTY, tail: standing(entry), tone: 'out' };
    case 'sent':
      return entry.height === null
        ? {
            lead: entry.state === 'queued' ? 'Queued' : 'Sending',
            motes,
            ...to(entry, names),
            tail: `, ${broadcastWords(entry)}`,
            tone: 'wait',
          }
        : { lead: 'Sent', motes, ...to(entry, names), tail: standing(entry), tone: 'out' };
  }
}

/** In words, how many peers have a pending payment. */
export function broadcastWords(entry: HistoryEntry): string {
  if (entry.state === 'queued') return 'waiting for a peer';
  // It came from a peer, which is not counted.
  if (entry.seenBy === null || entry.ofPeers === null) return 'pending';
  if (entry.ofPeers === 0) return 'no peer connected now';
  return `seen by ${entry.seenBy} of ${plural(entry.ofPeers, 'peer')}`;
}

function failure(entry: HistoryEntry): string | null {
  switch (entry.state) {
    case 'expired':
      return 'Expired, coins available again:';
    case 'dead':
      return 'Expired:';
    case 'conflicted':
      return 'Conflicted with another payment:';
    case 'cancelled':
      return 'Replaced:';
    default:
      return null;
  }
}

function reward(entry: HistoryEntry, maturity: number): string {
  if (entry.state !== 'immature') return '';
  const left = Math.max(1, maturity - entry.confirmations);
  return `, immature for ${plural(left, 'block')}`;
}

function standing(entry: HistoryEntry): string {
  return entry.state === 'confirmed' ? '' : `, ${plural(entry.confirmations, 'confirmation')}`;
}

/** The name of the contact, if all addresses are of one and the same. */
function oneName({ addresses }: HistoryEntry, nameOf: ContactNames['of']): string | null {
  const names = new Set(addresses.map(nameOf));
  const [name] = names;
  return names.size === 1 ? (name ?? null) : null;
}

type Party = Pick<Activity, 'joint' | 'party' | 'label'>;
const NO_PARTY: Party = { joint: '', party: '', label: '' };

function from(entry: HistoryEntry, { givenTo }: ContactNames): Party {
  const name = oneName(entry, givenTo);
  if (name !== null) return { joint: ' from ', party: name, label: entry.label };
  return entry.label === '' ? NO_PARTY : { joint: ' for ', party: entry.label, label: '' };
}

function to(entry: HistoryEntry, { of }: ContactNames): Party {
  const [first, ...rest] = entry.addresses;
  const name = oneName(entry, of);
  if (name !== null) return { joint: ' to ', party: name, label: entry.label };
  if (entry.label !== '') return { joint: ' to ', party: entry.label, label: '' };
  if (first === undefined) return NO_PARTY;
  const party = rest.length === 0 ? shortId(first) : plural(rest.length + 1, 'address', 'addresses');
  return { joint: ' to ', party, label: '' };
}
