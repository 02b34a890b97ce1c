import { createContext } from 'svelte';
import { chooseCarrier } from './carrier.ts';
import { createChainState } from './chain.svelte.ts';
import { createClock } from './clock.svelte.ts';
import { createConnection } from './connection.svelte.ts';
import { createMempoolState } from './mempool.svelte.ts';
import { createMiningState } from './mining.svelte.ts';
import { createNodeState } from './node.svelte.ts';
import { createPeersState } from './peers.svelte.ts';
import { createRouter } from './router.svelte.ts';
import { createTheme } from './theme.svelte.ts';
import { createToasts } from './toasts.svelte.ts';
import { createOperationsState } from './operations.svelte.ts';
import { createWalletsState } from './wallets.svelte.ts';

/** The shared state of the components; App creates it once and provides it as context. */
export type AppState = ReturnType<typeof createAppState>;

export function createAppState() {
  // The access key must be removed from the address before the router reads it.
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
