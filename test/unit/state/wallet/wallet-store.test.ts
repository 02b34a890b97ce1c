import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { toMotes } from '../../../../shared/units.ts';
import { createBlock } from '../../../../main/core/primitives/block.ts';
import { createHeader } from '../../../../main/core/primitives/header.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { emptyMeta } from '../../../../main/state/wallet/book/book.ts';
import type { WalletFile } from '../../../../main/state/wallet/file/file-format.ts';
import type { WalletFiles } from '../../../../main/state/wallet/file/file-store.ts';
import { createOpenWallet } from '../../../../main/state/wallet/open-wallet.ts';
import { openWalletData, type WalletData } from '../../../../main/state/wallet/store/wallet-data.ts';
import { createWalletStore } from '../../../../main/state/wallet/store/wallet-store.ts';
import { newDirectory, silent } from '../../../support/chain/test-chain.ts';

const ID = '0102030405060708';
const genesis = { height: 0, id: 'aa'.repeat(32) };
let data: WalletData;
afterEach(() => data.close());

const ours = new Uint8Array(32).fill(1);
const reward = (height: number) =>
  createTransaction({
    version: 1,
    validFrom: height,
    expires: 0,
    inputs: [],
    outputs: [{ amount: toMotes(5), lockType: 0, lock: ours }],
    witness: [new Uint8Array(0)],
  });
const block = (height: number) =>
  createBlock(
    createHeader({
      version: 1,
      prev: new Uint8Array(32),
      merkle: new Uint8Array(32),
      time: height,
      bits: 0,
      height,
      nonce: 0,
    }),
    [reward(height)],
  );

test('when the disk refuses, memory goes back to what the disk has', async () => {
  const real = (data = await openWalletData(join(newDirectory(), 'wallet-data'), silent));
  let failing = false;
  const flaky: WalletData = {
    ...real,
    write: (...args) => (failing ? Promise.reject(new Error('disk full')) : real.write(...args)),
  };
  const store = createWalletStore({ data: flaky, log: silent });
  await real.write(real.changes(ID), emptyMeta([genesis], false), true);
  const wallet = createOpenWallet({
    name: 'a',
    file: { identity: { id: ID }, receive: ours, change: ours, issued: 1 } as unknown as WalletFile,
    state: await store.load(ID, () => [genesis]),
    files: {} as WalletFiles,
    log: silent,
  });
  await store.commit(wallet, (book, changes) => book.connect(block(1), changes));
  expect(wallet.book.coins.size).toBe(1);

  failing = true;
  await expect(store.commit(wallet, (book, changes) => book.connect(block(2), changes))).rejects.toThrow(
    'disk full',
  );
  expect(wallet.book.asOf.height).toBe(1);
  expect(wallet.book.coins.size).toBe(1);

  failing = false;
  await store.commit(wallet, (book, changes) => book.connect(block(2), changes));
  expect(await store.load(ID, () => [genesis])).toMatchObject({ meta: { coins: 2, total: 10, mined: 2 } });
});
