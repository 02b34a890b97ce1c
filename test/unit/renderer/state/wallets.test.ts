import { expect, test } from 'vitest';
import type { ListedWallet, WalletView } from '../../../../shared/contract/wallet.ts';
import type { Connection } from '../../../../renderer/state/connection.svelte.ts';
import type { NodeState } from '../../../../renderer/state/node.svelte.ts';
import type { Privacy } from '../../../../renderer/state/privacy.svelte.ts';
import type { Toasts } from '../../../../renderer/state/toasts.svelte.ts';
import { createWalletsState } from '../../../../renderer/state/wallets.svelte.ts';
import { anEntry } from '../entries.ts';

test('the last wallet leaves the page when it was deleted', async () => {
  const over = new AbortController();
  let listed = [{ name: 'everyday', kind: 'full', phraseChecked: true }] as unknown as ListedWallet[];
  const view = { name: 'everyday', latest: [anEntry()] } as unknown as WalletView;
  const watched = Promise.withResolvers<AbortSignal>();
  const read = Promise.withResolvers<undefined>();
  const wallet = {
    list: () => Promise.resolve(listed),
    watchList: () => new Promise(() => undefined),
    async *watch(_: unknown, { signal }: { signal: AbortSignal }) {
      yield view;
      watched.resolve(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    history: () => {
      read.resolve(undefined);
      return Promise.resolve([anEntry()]);
    },
  };
  const connection = { client: { wallet }, whenOpen: () => Promise.resolve(), over: over.signal };
  const wallets = createWalletsState(
    connection as unknown as Connection,
    {} as Toasts,
    { status: null } as NodeState,
    {} as Privacy,
  );
  await wallets.refresh();
  const [signal] = await Promise.all([watched.promise, read.promise]);
  expect([wallets.selected, wallets.view, wallets.recent.length]).toEqual(['everyday', view, 1]);

  listed = [];
  await wallets.refresh();
  expect([wallets.selected, wallets.view, wallets.recent]).toEqual([null, null, []]);
  expect(signal.aborted).toBe(true);
  over.abort();
});
