import type { KithClient } from '../../shared/contract/contract.ts';
import type { JournalEntry } from '../../shared/contract/peers.ts';

/** A node whose peer log is read. */
export interface Reporter {
  readonly name: string;
  readonly peerId: string;
  readonly client: Pick<KithClient, 'peers'>;
}

/** One line per event in the peer logs of the nodes since the last call, oldest first. */
export type DemoEvents = () => Promise<readonly string[]>;

const FOUND_BY: Readonly<Record<NonNullable<JournalEntry['foundBy']>, string>> = {
  inbound: '',
  bootstrap: 'a bootstrap node',
  dns: 'found by DNS',
  manual: 'added by you',
  'address-book': 'from the address manager',
  exchange: 'found by peer exchange',
  dht: 'found in the DHT',
  mdns: 'found on the local network',
  'join-link': 'from the join link',
};

export function createDemoEvents(reporters: readonly Reporter[]): DemoEvents {
  const names = new Map(reporters.map(({ peerId, name }) => [peerId, name]));
  const read = new Map<string, number>();
  const nameOf = (id: string): string => names.get(id) ?? `a node ${id.slice(-8)}`;

  const ask = async ({ name, client }: Reporter): Promise<{ time: number; line: string }[]> => {
    const fresh = await client.peers.journal({ limit: 100, after: read.get(name) ?? 0 });
    read.set(name, Math.max(read.get(name) ?? 0, ...fresh.map(({ number }) => number)));
    return fresh.reverse().flatMap((entry) => {
      const line = lineOf(name, nameOf(entry.id), entry, names.has(entry.id));
      return line === null ? [] : [{ time: entry.time, line }];
    });
  };

  return async () => {
    const all = (await Promise.all(reporters.map(ask))).flat();
    return all.sort((a, b) => a.time - b.time).map(({ line }) => line);
  };
}

/** Null for events that the other node reports, and for connections that ended without a reason. */
function lineOf(name: string, other: string, entry: JournalEntry, reports: boolean): string | null {
  const why = entry.reason === null ? '' : `: ${entry.reason}`;
  switch (entry.event) {
    case 'connected': {
      if (entry.direction === 'inbound')
        return reports ? null : `${name} accepted a connection from ${other}`;
      const purpose = entry.kind === 'block-only' ? ' (block-relay only)' : '';
      return `${name} connected to ${other}${purpose}${entry.foundBy === null ? '' : `, ${FOUND_BY[entry.foundBy]}`}`;
    }
    case 'left':
      return entry.reason === null ? null : `${name} disconnected ${other}${why}`;
    case 'refused':
      return `${name} refused ${other}${why}`;
    case 'penalty':
      return `${name} lowered the score of ${other}${why}`;
    case 'banned':
      return `${name} banned ${other}${why}`;
    case 'pardoned':
      return `${name} unbanned ${other}`;
  }
}
