import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { coinKey } from '../../../main/core/primitives/coin-key.ts';
import { type ChainDb, openChainDb } from '../../../main/storage/chain-db.ts';
import { reportCorruption } from '../../../main/storage/report-corruption.ts';
import type { Motes } from '../../../shared/units.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';

const AMOUNT = 1_234_567_890_123;
const TXID = new Uint8Array(32).fill(7);
const AT = { txid: TXID, index: 0 };
let told: string[];
let db: ChainDb;

/** A database whose only coin is turned in one bit of its amount while the database is open. */
beforeEach(async () => {
  const directory = newDirectory();
  const coin = { amount: AMOUNT as Motes, height: 1, coinbase: true, lockType: 0, lock: new Uint8Array(32) };
  const totals = { coins: 1, total: AMOUNT, issued: AMOUNT, burned: 0, coinSum: 0 };
  const first = await openChainDb(directory, REGTEST_NETWORK.id);
  const state = { tip: REGTEST_NETWORK.id, height: 1, commit: 1, ...totals };
  await first.commit({ coins: new Map([[coinKey(AT), coin]]), headers: [], state });
  await first.close();
  // Its log becomes a table.
  await (await openChainDb(directory, REGTEST_NETWORK.id)).close();
  told = [];
  db = reportCorruption(await openChainDb(directory, REGTEST_NETWORK.id), ({ code }) => told.push(code));
  const amount = Buffer.alloc(8);
  amount.writeBigUInt64LE(BigInt(AMOUNT));
  let flips = 0;
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.ldb'))) {
    const bytes = readFileSync(join(directory, name));
    const at = bytes.indexOf(Buffer.concat([Uint8Array.of(1), amount]));
    if (at < 0) continue;
    bytes[at + 1]! ^= 4;
    flips++;
    writeFileSync(join(directory, name), bytes, { flag: 'r+' });
  }
  expect(flips).toBe(1);
});

const reads: [string, () => unknown][] = [
  ['a look at one coin', () => db.coin(coinKey(AT))],
  ['the search for a transaction', () => db.heightOf(TXID)],
  [
    'a walk over all coins',
    async () => {
      for await (const some of db.freeze().batches()) expect(some).toEqual([]);
    },
  ],
];
test.each(reads)(
  'corruption that %s meets is reported to the chain as well as to the caller',
  async (_, read) => {
    expect(told).toEqual([]);
    await expect(Promise.resolve().then(read)).rejects.toMatchObject({ code: 'storage-damaged' });
    expect(told).toEqual(['storage-damaged']);
    await db.close();
  },
);
