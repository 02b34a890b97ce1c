import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { toMotes } from '../../../../shared/units.ts';
import { createBlock } from '../../../../main/core/primitives/block.ts';
import { createHeader } from '../../../../main/core/primitives/header.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { emptyMeta } from '../../../../main/wallet/ledger/wallet-ledger.ts';
import { GAP_LIMIT, type PaidKeys, keysPaidBy, usesOf } from '../../../../main/wallet/ledger/key-use.ts';
import type { WalletFile } from '../../../../main/wallet/files/wallet-file.ts';
import type { WalletFiles } from '../../../../main/wallet/files/wallet-files.ts';
import { createOpenWallet } from '../../../../main/wallet/open/open-wallet.ts';
import { openWalletData, type WalletData } from '../../../../main/wallet/ledger/wallet-data.ts';
import { createWalletStore } from '../../../../main/wallet/open/wallet-store.ts';
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

test('when a write fails, memory returns to the state on the disk', async () => {
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
    file: {
      identity: { id: ID },
      receive: ours,
      change: ours,
      issued: 1,
      setup: null,
    } as unknown as WalletFile,
    state: await store.load(ID, () => [genesis]),
    files: {} as WalletFiles,
    log: silent,
  });
  await store.commit(wallet, (ledger, changes) => ledger.connect(block(1), changes));
  expect(wallet.ledger.coins.size).toBe(1);

  failing = true;
  await expect(store.commit(wallet, (ledger, changes) => ledger.connect(block(2), changes))).rejects.toThrow(
    'disk full',
  );
  expect(wallet.ledger.syncedTo.height).toBe(1);
  expect(wallet.ledger.coins.size).toBe(1);

  failing = false;
  await store.commit(wallet, (ledger, changes) => ledger.connect(block(2), changes));
  expect(await store.load(ID, () => [genesis])).toMatchObject({ meta: { coins: 2, total: 10, mined: 2 } });
});

test('a migration of schema 1 computes the key use in blocks', async () => {
  const folder = join(newDirectory(), 'wallet-data');
  cpSync(join(import.meta.dirname, '../../../fixtures/datadir-0.1.0/wallet-data'), folder, {
    recursive: true,
  });
  const file = readFileSync(
    join(import.meta.dirname, '../../../fixtures/datadir-0.1.0/wallets/kept.kithwallet'),
    'utf8',
  );
  const id = /"id": ?"([0-9a-f]{16})"/.exec(file)![1]!;
  data = await openWalletData(folder, silent);
  const meta = (await data.meta(id))!;
  const paid: PaidKeys[] = [];
  for await (const { height, outputs } of data.newest(id, {}))
    paid.push({ height, keyPaths: keysPaidBy(outputs) });
  expect(paid.length).toBeGreaterThan(0);
  expect(meta.uses).toEqual(usesOf(paid, meta.syncedTo));
  expect(meta.uses.recent.length).toBeGreaterThan(0);
  expect([meta.gap, meta.mined]).toEqual([GAP_LIMIT, paid.length]);
  await data.close();
  // Once more, as it is now.
  data = await openWalletData(folder, silent);
  expect(await data.meta(id)).toEqual(meta);
  expect(data.renewedBecause).toBeNull();
});
