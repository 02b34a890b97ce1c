import { createContext } from 'svelte';
import { chooseCarrier } from './link/carrier.ts';
import { createChainState } from './live/chain.svelte.ts';
import { createClock } from './live/clock.svelte.ts';
import { createConnection } from './link/connection.svelte.ts';
import { createMempoolState } from './live/mempool.svelte.ts';
import { createMiningState } from './live/mining.svelte.ts';
import { createNodeState } from './live/node.svelte.ts';
import { createPeersState } from './live/peers.svelte.ts';
import { createRouter } from './page/router.svelte.ts';
import { createTheme } from './page/theme.svelte.ts';
import { createToasts } from './page/toasts.svelte.ts';
import { createOperationsState } from './live/operations.svelte.ts';
import { createWalletsState } from './live/wallets.svelte.ts';

/** Everything that the components share, made once by App and handed down by context. */
export type AppState = ReturnType<typeof createAppState>;

export function createAppState() {
  // The key must leave the address before the router reads it.
  const connection = createConnection(chooseCarrier());
  const toasts = createToasts();
  const node = createNodeState(connection);
  return {
    connection,
    client: connection.client,
    toasts,
    clock: createClock(),
    theme: createTheme(),
    router: createRouter(),
    node,
    chain: createChainState(connection),
    peers: createPeersState(connection),
    mempool: createMempoolState(connection),
    mining: createMiningState(connection),
    operations: createOperationsState(connection),
    wallets: createWalletsState(connection, toasts, node),
  };
}

export const [useApp, provideApp] = createContext<AppState>();
