import type { HistoryEntry, ListedWallet, WalletView } from '../../shared/contract/wallet.ts';
import type { WalletKind } from '../../shared/contract/vocabulary.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';
import { remember, remembered } from './memory.ts';
import { paymentNews, type PaymentNews } from './payment-news.ts';
import type { NodeState } from './node.svelte.ts';
import type { Privacy } from './privacy.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

/** The wallets of this node, and the selected one. */
export interface WalletsState {
  /** Live; null until the first answer. */
  readonly list: readonly ListedWallet[] | null;
  /** The names in the list. */
  readonly names: readonly string[] | null;
  readonly selected: string | null;
  /** Whether the recovery phrase of a wallet has been written down and checked; true until the first answer. */
  phraseChecked(name: string): boolean;
  /** Full until the first answer. */
  kindOf(name: string): WalletKind;
  /** Whether a wallet watches a list of addresses, and so has no new ones; false until the first answer. */
  hasFixedAddresses(name: string): boolean;
  /** The selected wallet, live; null until the first answer. */
  readonly view: WalletView | null;
  /** Payments of the selected wallet, newest first, at most a few hundred. */
  readonly recent: readonly HistoryEntry[];
  select(name: string): void;
  /** Requests the list now, for a wallet that this page has created. `show` selects a wallet. */
  refresh(show?: string): Promise<void>;
}

/** Milliseconds between two messages about mined blocks. */
const MINED_QUIET = 60_000;
/** Number of recent payments that are kept. Enough that mining rewards do not displace all other payments. */
const MAX_RECENT = 200;

export function createWalletsState(
  connection: Connection,
  toasts: Toasts,
  node: NodeState,
  privacy: Privacy,
): WalletsState {
  let list = $state.raw<readonly ListedWallet[] | null>(null);
  const names = $derived(list?.map(({ name }) => name) ?? null);
  let selected = $state<string | null>(null);
  let view = $state.raw<WalletView | null>(null);
  let recent = $state.raw<readonly HistoryEntry[]>([]);
  let stop = (): void => undefined;
  const announce = announcer(toasts, privacy);

  function select(name: string): void {
    if (name === selected) return;
    selected = name;
    view = null;
    recent = [];
    remember('wallet', name);
    stop();
    stop = follow(
      connection,
      (signal) => connection.client.wallet.watch({ name }, { signal }),
      (news) => {
        const phase = node.status?.phase;
        for (const each of paymentNews(view?.latest ?? null, news.latest, phase)) announce(each);
        view = news;
        // The newest payments are known already; older ones follow.
        recent = joinHistory(news.latest, recent);
        void readRecent(name);
      },
    );
  }

  let reading = false;
  async function readRecent(name: string): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      const rows = await connection.client.wallet.history({ name, limit: MAX_RECENT });
      if (name === selected) recent = joinHistory(view?.latest ?? [], rows);
    } catch {
      // The next change requests the list again.
    } finally {
      reading = false;
    }
  }

  function take(listed: readonly ListedWallet[], show?: string): void {
    list = listed;
    const wanted = [show, selected, remembered('wallet'), listed[0]?.name];
    const next = wanted.find((name) => listed.some((wallet) => wallet.name === name));
    if (next !== undefined && next !== null) select(next);
    else forget();
  }

  /** The last wallet was deleted. */
  function forget(): void {
    stop();
    selected = view = null;
    recent = [];
  }

  // Another window or the terminal may also create a wallet.
  follow(connection, (signal) => connection.client.wallet.watchList({}, { signal }), take);

  return {
    get list() {
      return list;
    },
    get names() {
      return names;
    },
    get selected() {
      return selected;
    },
    get view() {
      return view;
    },
    get recent() {
      return recent;
    },
    phraseChecked: (name) => list?.find((wallet) => wallet.name === name)?.phraseChecked ?? true,
    kindOf: (name) => list?.find((wallet) => wallet.name === name)?.kind ?? 'full',
    hasFixedAddresses: (name) => list?.find((wallet) => wallet.name === name)?.fixedAddresses ?? false,
    select,
    refresh: async (show) => take(await connection.client.wallet.list({}), show),
  };
}

/** Shows the news of payments to the user. On a fast network a miner would get too many messages. */
function announcer(toasts: Toasts, privacy: Privacy): (news: PaymentNews) => void {
  let lastMined = -Infinity;
  return ({ text, tone, topic }) => {
    if (topic === 'mined') {
      if (performance.now() - lastMined < MINED_QUIET) return;
      lastMined = performance.now();
    }
    toasts.say(privacy.words(text), tone, topic);
  };
}

/** The newest rows, then the known ones that are not among them. */
function joinHistory(
  newest: readonly HistoryEntry[],
  known: readonly HistoryEntry[],
): readonly HistoryEntry[] {
  const newestTxids = new Set(newest.map((entry) => entry.txid));
  return [...newest, ...known.filter((entry) => !newestTxids.has(entry.txid))].slice(0, MAX_RECENT);
}
