import type { MempoolView } from '../../shared/contract/mempool.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** The mempool, live. Null until the first answer. */
export interface MempoolState {
  readonly view: MempoolView | null;
}

export function createMempoolState(connection: Connection): MempoolState {
  let view = $state.raw<MempoolView | null>(null);
  follow(
    connection,
    (signal) => connection.client.mempool.watch({}, { signal }),
    (news) => {
      view = news;
    },
  );
  return {
    get view() {
      return view;
    },
  };
}
