import { createContext } from 'svelte';
import { createAppearance } from './appearance.svelte.ts';
import { chooseCarrier } from './carrier.ts';
import { createChainState } from './chain.svelte.ts';
import { createChosenCoins } from './chosen-coins.svelte.ts';
import { createClipboardState } from './clipboard.ts';
import { createClock } from './clock.svelte.ts';
import { createContactsState } from './contacts.svelte.ts';
import { connectionUntil, createConnection } from './connection.svelte.ts';
import { createDesktop } from './desktop.svelte.ts';
import { createFileSaver } from './file-saver.ts';
import { createMempoolState } from './mempool.svelte.ts';
import { createMiningState } from './mining.svelte.ts';
import { createNetworks } from './networks.svelte.ts';
import { createNodeState } from './node.svelte.ts';
import { createNumberStyle } from './number-style.svelte.ts';
import { createPeersState } from './peers.svelte.ts';
import { createPrivacy } from './privacy.svelte.ts';
import { createRouter } from './router.svelte.ts';
import { createSettingsState } from './settings.svelte.ts';
import { createTheme } from './theme.svelte.ts';
import { createToasts } from './toasts.svelte.ts';
import { createOperationsState } from './operations.svelte.ts';
import { createWalletsState } from './wallets.svelte.ts';

/** What lives as long as the page, whichever network is open; App creates it once. */
export type PageState = ReturnType<typeof createPageState>;

export function createPageState() {
  // The access token must be removed from the address before the router reads it.
  const connection = createConnection(chooseCarrier());
  const desktop = createDesktop();
  const clipboard = createClipboardState(desktop);
  clipboard.followCopies(document);
  return {
    connection,
    clipboard,
    clock: createClock(),
    desktop,
    privacy: createPrivacy(desktop),
    theme: createTheme(),
    appearance: createAppearance(),
    numbers: createNumberStyle(desktop),
    router: createRouter(),
    networks: createNetworks(connection),
  };
}

/** The shared state of the components; created again for each network that is opened, and provided as context. */
export type AppState = ReturnType<typeof createAppState>;

/** `over` aborts when another network is opened. If it is aborted already, the state reads nothing from the node. */
export function createAppState(page: PageState, over: AbortSignal) {
  const connection = connectionUntil(page.connection, over);
  const toasts = createToasts();
  const node = createNodeState(connection);
  page.desktop.onNotice((sentence) => toasts.say(sentence, 'bad', 'desktop'), over);
  return {
    connection,
    client: connection.client,
    toasts,
    clipboard: page.clipboard,
    clock: page.clock,
    desktop: page.desktop,
    saveFile: createFileSaver(page.desktop, toasts),
    privacy: page.privacy,
    theme: page.theme,
    appearance: page.appearance,
    numbers: page.numbers,
    router: page.router,
    networks: page.networks,
    node,
    chain: createChainState(connection),
    peers: createPeersState(connection),
    mempool: createMempoolState(connection),
    mining: createMiningState(connection),
    operations: createOperationsState(connection),
    contacts: createContactsState(connection),
    settings: createSettingsState(connection),
    wallets: createWalletsState(connection, toasts, node, page.privacy),
    chosenCoins: createChosenCoins(),
  };
}

export const [useApp, provideApp] = createContext<AppState>();
