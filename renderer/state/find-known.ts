import type { BlockSummary } from '../../shared/contract/chain.ts';
import type { Contact } from '../../shared/contract/contacts.ts';
import type { Peer } from '../../shared/contract/peers.ts';
import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import { isolated } from '../../shared/labels.ts';
import { amountWords } from '../format/amount.ts';
import { activityOf, type ContactNames, paidMotes } from '../format/activity.ts';
import { shortId } from '../format/id.ts';
import { group } from '../format/number.ts';
import { peerName, placeWords } from '../format/peer.ts';
import type { Command } from './commands.ts';
import { href } from './route.ts';

/** Things of one kind that the command palette finds among those that the page has. */
export interface Source<T> {
  readonly group: Command['group'];
  /** In the order in which they are shown. */
  readonly things: readonly T[];
  /** Unique among the things. */
  readonly id: (thing: T) => string;
  readonly label: (thing: T) => string;
  /** Texts besides the label by which it is found, whole or in part. */
  readonly words: (thing: T) => readonly string[];
  readonly href: (thing: T) => string;
}

/** At most this many of a kind, so that the other kinds stay in sight. */
const MOST = 5;
const LEAST_TYPED = 2;

/** The things that contain every typed word; none before two characters are typed. */
export function findIn<T>(source: Source<T>, typed: string): Command[] {
  const wanted = typed.trim().toLowerCase().split(/\s+/);
  if (typed.trim().length < LEAST_TYPED) return [];
  const found: Command[] = [];
  for (const thing of source.things) {
    const text = [source.label(thing), ...source.words(thing)].join(' ').toLowerCase();
    if (!wanted.every((word) => text.includes(word))) continue;
    const { group: name } = source;
    found.push({
      id: `${name}-${source.id(thing)}`,
      group: name,
      label: source.label(thing),
      href: source.href(thing),
    });
    if (found.length === MOST) break;
  }
  return found;
}

export function contactSource(contacts: readonly Contact[]): Source<Contact> {
  return {
    group: 'Contacts',
    things: contacts.filter((contact) => contact.addresses.length > 0),
    id: ({ id }) => id,
    label: ({ name }) => `Send to ${isolated(name)}`,
    words: ({ addresses }) => addresses.map(({ address }) => address),
    href: ({ addresses }) => href('send', addresses[0]!.address),
  };
}

export function peerSource(peers: readonly Peer[]): Source<Peer> {
  return {
    group: 'Peers',
    things: peers,
    id: ({ id }) => id,
    label: (peer) => `Peer ${peerName(peer.id)}, ${placeWords(peer.address)}`,
    words: ({ id, address, version }) => [id, address, version],
    href: ({ id }) => href('peers', id),
  };
}

export function blockSource(blocks: readonly BlockSummary[]): Source<BlockSummary> {
  return {
    group: 'Blocks',
    things: blocks,
    id: ({ id }) => id,
    label: ({ height, id }) => `Block ${group(height)}, ${shortId(id)}`,
    words: ({ id, height, miner }) => [id, String(height), miner ?? ''],
    href: ({ id }) => href('block', id),
  };
}

/** `hide`: what the page does with a sentence about amounts while they are hidden. */
export function paymentSource(
  payments: readonly HistoryEntry[],
  names: ContactNames,
  hide: (sentence: string) => string,
): Source<HistoryEntry> {
  return {
    group: 'Payments',
    things: payments,
    id: ({ txid }) => txid,
    label(entry) {
      const { lead, joint, party } = activityOf(entry, 0, names);
      const words = `${lead.replace(/:$/, '')} ${amountWords(paidMotes(entry))}${joint}${party === '' ? '' : isolated(party)}`;
      return hide(words);
    },
    words: ({ txid, label, addresses }) => [txid, label, ...addresses],
    href: ({ txid }) => href('payment', txid),
  };
}
