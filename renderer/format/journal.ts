import { isolated } from '../../shared/labels.ts';
import type { JournalEntry } from '../../shared/contract/peers.ts';
import { placeWords } from './peer.ts';

const FOUND: Readonly<Record<NonNullable<JournalEntry['foundBy']>, string>> = {
  inbound: '',
  bootstrap: ', known from the start',
  dns: ', found in the network’s directory',
  manual: ', added by you',
  'address-book': ', remembered from before',
  exchange: ', told of by another peer',
  dht: ', found in the network’s address table',
  mdns: ', found on the local network',
  'join-link': ', from your invitation link',
};

/** What happened with a peer, as the rest of a sentence that begins with its name. */
export function journalWords(entry: JournalEntry): string {
  const again = entry.times > 1 ? ` (${entry.times} times)` : '';
  return `${whatHappened(entry)}${again}`;
}

function whatHappened({ event, direction, kind, foundBy, address, reason }: JournalEntry): string {
  switch (event) {
    case 'connected': {
      const at = address === null ? '' : ` at ${placeWords(address)}`;
      if (direction === 'inbound') return `called us from${at.replace(' at', '')}`;
      const purpose =
        kind === 'block-only' ? ' for blocks only' : kind === 'feeler' ? ' for a short test' : '';
      return `was called${at}${purpose}${foundBy === null ? '' : FOUND[foundBy]}`;
    }
    case 'left':
      return because(reason === null ? 'left' : 'was let go', reason);
    case 'refused':
      return because('did not become a peer', reason);
    case 'penalty':
      return because('lost trust', reason);
    case 'banned':
      return because('is kept out for a while', reason);
    case 'pardoned':
      return 'may come in again';
  }
}

function because(what: string, reason: string | null): string {
  return reason === null ? what : `${what}. ${isolated(reason)}`;
}

/** Whether an entry deserves a second look. */
export const isTrouble = ({ event }: JournalEntry): boolean => event === 'penalty' || event === 'banned';
