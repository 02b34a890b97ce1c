import { isolated } from '../../shared/labels.ts';
import type { JournalEntry } from '../../shared/contract/peers.ts';
import { placeWords } from './peer.ts';

const FOUND_BY: Readonly<Record<NonNullable<JournalEntry['foundBy']>, string>> = {
  inbound: '',
  bootstrap: ', bootstrap node',
  dns: ', found by DNS seed',
  manual: ', added by you',
  'address-book': ', from the address manager',
  exchange: ', found by peer exchange',
  dht: ', found in the DHT',
  mdns: ', found on the local network',
  'join-link': ', from the join link',
};

/** An event of a peer, as the rest of a sentence that begins with the name of the peer. */
export function describePeerEvent(entry: JournalEntry): string {
  const again = entry.times > 1 ? ` (${entry.times} times)` : '';
  return `${whatHappened(entry)}${again}`;
}

function whatHappened({ event, direction, kind, foundBy, address, reason }: JournalEntry): string {
  switch (event) {
    case 'connected': {
      const place = address === null ? '' : placeWords(address);
      if (direction === 'inbound') return `connected, inbound${place && ` from ${place}`}`;
      const purpose = kind === 'block-only' ? ', block-relay only' : kind === 'feeler' ? ', feeler' : '';
      return `connected, outbound${place && ` to ${place}`}${purpose}${foundBy === null ? '' : FOUND_BY[foundBy]}`;
    }
    case 'left':
      return because(reason === null ? 'disconnected' : 'was disconnected', reason);
    case 'refused':
      return because('was refused', reason);
    case 'penalty':
      return because('broke a rule', reason);
    case 'banned':
      return because('was banned', reason);
    case 'pardoned':
      return 'was unbanned';
  }
}

function because(what: string, reason: string | null): string {
  return reason === null ? what : `${what}. ${isolated(reason)}`;
}

/** Whether the entry is about a violation. */
export const isViolationEvent = ({ event }: JournalEntry): boolean =>
  event === 'penalty' || event === 'banned';
