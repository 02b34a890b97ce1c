import type { Peer } from '../../shared/contract/peers.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** The connected peers, live. Null until the first answer. */
export interface PeersState {
  readonly list: readonly Peer[] | null;
}

export function createPeersState(connection: Connection): PeersState {
  let list = $state.raw<readonly Peer[] | null>(null);
  follow(
    connection,
    (signal) => connection.client.peers.watch({}, { signal }),
    (peers) => {
      list = peers;
    },
  );
  return {
    get list() {
      return list;
    },
  };
}
