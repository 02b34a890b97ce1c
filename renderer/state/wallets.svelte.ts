import type { WalletView } from '../../shared/contract/wallet.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';
import { remember, remembered } from './memory.ts';
import { paymentNews } from './payment-news.ts';
import type { Toasts } from './toasts.svelte.ts';

/** The wallets of this node and the one that the window shows. */
export interface WalletsState {
  /** Null until first read. */
  readonly names: readonly string[] | null;
  readonly selected: string | null;
  /** The selected wallet, live; null until first heard. */
  readonly view: WalletView | null;
  select(name: string): void;
  /** Reads the list again, after making a wallet; `show` selects one. */
  refresh(show?: string): Promise<void>;
}

const REREAD = 10_000;

export function createWalletsState(connection: Connection, toasts: Toasts): WalletsState {
  let names = $state.raw<readonly string[] | null>(null);
  let selected = $state<string | null>(null);
  let view = $state.raw<WalletView | null>(null);
  let stop = (): void => undefined;

  function select(name: string): void {
    if (name === selected) return;
    selected = name;
    view = null;
    remember('wallet', name);
    stop();
    stop = follow(
      connection,
      (signal) => connection.client.wallet.watch({ name }, { signal }),
      (news) => {
        for (const { text, tone } of paymentNews(view?.latest ?? null, news.latest)) toasts.say(text, tone);
        view = news;
      },
    );
  }

  async function refresh(show?: string): Promise<void> {
    const list = await connection.client.wallet.list({});
    names = list.map((wallet) => wallet.name);
    const wanted = [show, selected, remembered('wallet'), names[0]];
    const next = wanted.find((name) => name !== undefined && name !== null && names?.includes(name));
    if (next !== undefined && next !== null) select(next);
  }

  // Another window or the terminal may make a wallet too.
  void (async () => {
    const forever = new AbortController().signal;
    for (;;) {
      await connection.whenOpen(forever);
      await refresh().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, names === null ? 500 : REREAD));
    }
  })();

  return {
    get names() {
      return names;
    },
    get selected() {
      return selected;
    },
    get view() {
      return view;
    },
    select,
    refresh,
  };
}
