import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { toMotes } from '../../../../shared/units.ts';
import { createBlock } from '../../../../main/core/primitives/block.ts';
import { createHeader } from '../../../../main/core/primitives/header.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { openCheckedLevel } from '../../../../main/wallet/ledger/checked-level.ts';
import { emptyMeta } from '../../../../main/wallet/ledger/wallet-ledger.ts';
import type { KeyPath } from '../../../../main/wallet/keys/key-path.ts';
import { createKeyReceipts } from '../../../../main/wallet/ledger/key-receipts.ts';
import { GAP_LIMIT, type PaidKeys, keysPaidBy, usesOf } from '../../../../main/wallet/ledger/key-use.ts';
import type { WalletFile } from '../../../../main/wallet/files/wallet-file.ts';
import type { WalletFiles } from '../../../../main/wallet/files/wallet-files.ts';
import { createOpenWallet } from '../../../../main/wallet/open/open-wallet.ts';
import { openWalletData, type WalletData } from '../../../../main/wallet/ledger/wallet-data.ts';
import { createWalletStore } from '../../../../main/wallet/open/wallet-store.ts';
import { newDirectory, silent } from '../../../support/chain/test-chain.ts';

const ID = '0102030405060708';
const genesis = { height: 0, id: 'aa'.repeat(32) };
/** docs/formats/wallet-file.md, "wallet-data". */
const SCHEMA_KEY = Buffer.of(0);
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

const FIXTURES = join(import.meta.dirname, '../../../fixtures');

/** A copy of the wallet database of an earlier version, and the id of its wallet. */
function copyOf(fixture: string): { readonly folder: string; readonly id: string } {
  const folder = join(newDirectory(), 'wallet-data');
  cpSync(join(FIXTURES, fixture, 'wallet-data'), folder, { recursive: true });
  const file = readFileSync(join(FIXTURES, fixture, 'wallets/kept.kithwallet'), 'utf8');
  return { folder, id: /"id": ?"([0-9a-f]{16})"/.exec(file)![1]! };
}

test('a migration of schema 1 computes the key use in blocks', async () => {
  const { folder, id } = copyOf('datadir-0.1.0');
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

test.each(['schema-2', 'schema-3', 'wallet-schema-2', 'wallet-schema-3', 'wallet-schema-4'])(
  'what each key has received is computed when a database of %s is opened',
  async (name) => {
    const { folder, id } = copyOf(`datadir-${name}`);
    data = await openWalletData(folder, silent);
    const counted = createKeyReceipts([]);
    const keys = new Map<string, KeyPath>();
    for await (const record of data.newest(id, {}))
      for (const [keyPath] of counted.change(record, 1))
        keys.set(`${keyPath.chain}/${keyPath.index}`, keyPath);
    const stored = new Map<string, unknown>();
    for await (const [{ chain, index }, receipts] of data.receipts(id))
      stored.set(`${chain}/${index}`, receipts);
    expect(stored.size).toBeGreaterThan(0);
    expect(stored).toEqual(new Map([...keys].map(([key, keyPath]) => [key, counted.of(keyPath)])));
  },
);

test.each([
  [2, null],
  [3, { kind: 'rescan', state: 'done', from: 0, lackedFrom: null, unsearched: null }],
])('a database of schema %i keeps all its records', async (schema, search) => {
  const fixture = `datadir-wallet-schema-${schema}`;
  const { folder, id } = copyOf(fixture);
  const old = await openCheckedLevel(folder, silent, () => true);
  expect((await old.get(SCHEMA_KEY))?.[0]).toBe(schema);
  await old.close();

  const expected = JSON.parse(readFileSync(join(FIXTURES, fixture, 'expected.json'), 'utf8')) as {
    readonly history: readonly string[];
    readonly replaced: string;
    readonly replacement: string;
  };
  // The second time as it is now.
  for (let time = 0; time < 2; time++) {
    data = await openWalletData(folder, silent);
    const txids: string[] = [];
    const replaced = new Map<string, boolean>();
    for await (const record of data.unconfirmed(id)) {
      replaced.set(record.tx.txidHex, record.replaced);
      expect(record.replacedBy).toBeNull();
    }
    expect(replaced).toEqual(
      new Map([
        [expected.replaced, true],
        [expected.replacement, false],
      ]),
    );
    for await (const { tx } of data.newest(id, {})) txids.push(tx.txidHex);
    expect(txids).toEqual(expected.history.slice(2));
    expect(await data.meta(id)).toMatchObject({ mined: txids.length, unconfirmed: 2, restoring: false });
    const found = await data.search(id);
    if (search === null) expect(found).toBeNull();
    else expect(found).toMatchObject(search);
    expect(data.renewedBecause).toBeNull();
    await data.close();
  }
});
