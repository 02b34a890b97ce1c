import type { KithClient } from '../../shared/contract/contract.ts';
import type { JournalEntry } from '../../shared/contract/peers.ts';

/** A node whose journal is read. */
export interface Reporter {
  readonly name: string;
  readonly peerId: string;
  readonly client: Pick<KithClient, 'peers'>;
}

/** Tells what has happened between the nodes since it was asked last: who called whom and why, who lost trust. */
export type DemoNews = () => Promise<readonly string[]>;

const FOUND: Readonly<Record<NonNullable<JournalEntry['foundBy']>, string>> = {
  inbound: '',
  bootstrap: 'known from the start',
  dns: 'found in the directory',
  manual: 'added by hand',
  'address-book': 'remembered from before',
  exchange: 'told of by another',
  dht: 'found in the address table',
  mdns: 'found on the local network',
  'join-link': 'from the invitation link',
};

export function createDemoNews(reporters: readonly Reporter[]): DemoNews {
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

/** Null for what the other side tells, or what is no news. */
function lineOf(name: string, other: string, entry: JournalEntry, reports: boolean): string | null {
  const why = entry.reason === null ? '' : `: ${entry.reason}`;
  switch (entry.event) {
    case 'connected': {
      if (entry.direction === 'inbound') return reports ? null : `${name} was called by ${other}`;
      const purpose = entry.kind === 'block-only' ? ' for blocks only' : '';
      return `${name} called ${other}${purpose}${entry.foundBy === null ? '' : `, ${FOUND[entry.foundBy]}`}`;
    }
    case 'left':
      return entry.reason === null ? null : `${name} let ${other} go${why}`;
    case 'refused':
      return `${name} did not take ${other} as a peer${why}`;
    case 'penalty':
      return `${name} trusts ${other} less${why}`;
    case 'banned':
      return `${name} keeps ${other} out${why}`;
    case 'pardoned':
      return `${name} lets ${other} in again`;
  }
}
