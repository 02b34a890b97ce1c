import type { MiningStatus } from '../../shared/contract/mining.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** The miner, live. Null until the first answer. */
export interface MiningState {
  readonly status: MiningStatus | null;
  /** Hash rates since mining was last switched on, oldest first. */
  readonly rates: readonly number[];
}

const MAX_SAMPLES = 120;

export function createMiningState(connection: Connection): MiningState {
  let status = $state.raw<MiningStatus | null>(null);
  let rates = $state.raw<readonly number[]>([]);
  follow(
    connection,
    (signal) => connection.client.mining.watch({}, { signal }),
    (news) => {
      status = news;
      rates = news.running ? [...rates, news.hashesPerSecond].slice(-MAX_SAMPLES) : [];
    },
  );
  return {
    get status() {
      return status;
    },
    get rates() {
      return rates;
    },
  };
}
