/** What a search of the chain remembers, beside the blocks that it compares (test/unit/wallet/search.test.ts). */
import { expect, test } from 'vitest';
import { systemClock } from '../../../../main/lib/clock.ts';
import type { SearchRecord } from '../../../../main/wallet/ledger/search-record.ts';
import { type ChainSearchesDeps, createChainSearches } from '../../../../main/wallet/open/chain-searches.ts';
import type { OpenWallet } from '../../../../main/wallet/open/open-wallet.ts';
import { silent } from '../../../support/chain/test-chain.ts';

const wallet = {
  id: 'a',
  name: 'a',
  ledger: { syncedTo: { height: 9, id: 'nine' } },
} as unknown as OpenWallet;
const nothing = () => Promise.resolve();
const DONE: SearchRecord = {
  kind: 'rescan',
  state: 'done',
  from: 0,
  next: 10,
  lackedFrom: null,
  unsearched: { from: 2, to: 3 },
  coinsLookedUp: true,
  startedAt: 1,
  endedAt: 2,
};

/** Searches with a database of one wallet; no loop runs, because no wallet is listed. */
function open(stored: SearchRecord | null) {
  const disk = { stored, fails: false };
  const searches = createChainSearches({
    chain: { events: { on: () => () => undefined } },
    data: {
      search: () => Promise.resolve(disk.stored),
      putSearch(_: string, search: SearchRecord) {
        if (disk.fails) return Promise.reject(new Error('disk full'));
        disk.stored = search;
        return Promise.resolve();
      },
    },
    store: { commit: nothing },
    clock: systemClock,
    log: silent,
    wallets: () => [],
    moved: () => undefined,
    firstHeight: () => 0,
  } as unknown as ChainSearchesDeps);
  return { searches, disk };
}

test('a wallet that passes blocks keeps those that it had not searched before', async () => {
  const { searches } = open(DONE);
  await searches.opened(wallet);
  await searches.passed(wallet, { from: 7, to: 9 });
  expect(searches.of(wallet)).toMatchObject({
    kind: 'restore',
    state: 'reading',
    unsearched: { from: 2, to: 9 },
  });
});

test('a search that runs goes on when the wallet passes blocks, and looks up their coins at its end', async () => {
  const { searches } = open(null);
  await searches.begin(wallet, 4, nothing);
  await searches.passed(wallet, { from: 7, to: 9 });
  expect(searches.of(wallet)).toMatchObject({
    kind: 'rescan',
    state: 'checking',
    from: 4,
    unsearched: { from: 7, to: 9 },
    coinsLookedUp: false,
  });
});

test('a search that could not be stored does not run', async () => {
  const { searches, disk } = open(DONE);
  await searches.opened(wallet);
  disk.fails = true;
  await expect(searches.begin(wallet, 4, nothing)).rejects.toThrow('disk full');
  expect(searches.of(wallet)).toEqual(DONE);
});

test('a wallet that is opened again after its deletion has the search on the disk', async () => {
  const { searches, disk } = open(DONE);
  await searches.opened(wallet);
  searches.removed(wallet);
  expect(searches.of(wallet)).toBeNull();
  disk.stored = null;
  await searches.opened(wallet);
  expect(searches.of(wallet)).toBeNull();
});
