import type { NetworksState } from '../../shared/contract/networks.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';
import type { Route } from './route.ts';

/** The networks of this computer, live, and which one is open. */
export interface Networks {
  /** Null until the first answer. */
  readonly state: NetworksState | null;
  /** Where the page goes when another network has been opened; home if null. */
  landing: Route | null;
}

export function createNetworks(connection: Connection): Networks {
  let state = $state.raw<NetworksState | null>(null);
  let landing: Route | null = null;
  follow(
    connection,
    (signal) => connection.client.networks.watch({}, { signal }),
    (news) => {
      state = news;
    },
  );
  return {
    get state() {
      return state;
    },
    get landing() {
      return landing;
    },
    set landing(route) {
      landing = route;
    },
  };
}

/**
 * Identifies the open network; differs each time a network is opened. Null while no network is open. Data that was read
 * while this had another value is out of date.
 */
export function scopeOf({ phase, run, open }: NetworksState): string | null {
  return phase !== 'running' || open === null ? null : `${run} ${open.id} ${open.demo ? 'demo' : ''}`;
}
