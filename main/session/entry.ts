import { join } from 'node:path';
import type { Network } from '../core/params/network.ts';
import { directoryName } from '../node/default-directory.ts';
import type { Candidate } from './candidates.ts';
import type { KnownNetwork } from './known-networks.ts';

/** The data directory of a network. A known network keeps its directory. */
export function directoryOf(root: string, network: Network, entry: KnownNetwork | undefined): string {
  return join(root, entry?.datadir ?? directoryName(network));
}

/** The entry of a network that was opened just now. */
export function entryOf(candidate: Candidate, entry: KnownNetwork | undefined, now: number): KnownNetwork {
  const { network, link } = candidate;
  return {
    id: network.idHex,
    name: network.name,
    created: network.founded,
    datadir: entry?.datadir ?? directoryName(network),
    link,
    addedAt: entry?.addedAt ?? now,
    openedAt: now,
  };
}
