import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { sealPayload } from '../../../main/storage/checksum.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import {
  eventually,
  network,
  PASSWORD,
  send,
  walletWithCoins,
  type World,
  type WorldOptions,
} from './world.ts';
import { worldsOfFile } from './worlds.ts';

const STRANGER = encodeAddress(network.hrp, testKey(7).lock);
const { open, reopen, worlds } = worldsOfFile();
afterEach(() => {
  vi.restoreAllMocks();
});
const folderOf = (world: World) => join(world.directory, 'wallet-data');
const viewOf = async (world: World) => ({
  balance: await world.wallets.balance('a'),
  history: (await world.wallets.history({ name: 'a', limit: 1000 })).map(({ txid, amount, state }) => ({
    txid,
    amount,
    state,
  })),
});
const codesOf = (world: World) => world.wallets.notices().map(({ code }) => code);

/** A wallet whose records stand in tables, with a payment under way. */
async function worldWithTables(options: WorldOptions = {}): Promise<World> {
  let world = await open();
  await walletWithCoins(world, 'a', 12);
  await send(world, 'a', STRANGER, 1_000_000);
  await world.mine(2);
  world = await reopen(world, options);
  await send(world, 'a', STRANGER, 2_000_000);
  await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(world.chain.tip().height);
  return world;
}
/** Makes every data block of the tables into something that is no block, while LevelDB has them open. */
function ruinTables(world: World): void {
  const tables = readdirSync(folderOf(world)).filter((name) => name.endsWith('.ldb'));
  expect(tables.length).toBeGreaterThan(0);
  for (const name of tables) {
    const path = join(folderOf(world), name);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xff, 0, Math.floor(bytes.length * 0.7)), { flag: 'r+' });
  }
}
/** From now on LevelDB refuses to write to the wallet database, as it does once a compaction has met damage. */
function refuseWrites(): { readonly refused: () => number } {
  const real = ClassicLevel.prototype.batch;
  let refused = 0;
  const opened = new Set<unknown>();
  vi.spyOn(ClassicLevel.prototype, 'batch').mockImplementation(function (
    this: ClassicLevel,
    ...args: unknown[]
  ) {
    const batch = real.apply(this, args as []);
    // Only the database that is open now; the one that is made in its place is good.
    if (opened.size === 0 && this.location.endsWith('wallet-data')) opened.add(this);
    if (!opened.has(this)) return batch;
    const corrupt = Object.assign(new Error('write failed'), {
      code: 'LEVEL_CORRUPTION',
      cause: new Error('Corruption: bad entry in block'),
    });
    refused++;
    return Object.assign(batch, { write: () => batch.close().then(() => Promise.reject(corrupt)) });
  } as never);
  return { refused: () => refused };
}

describe('corruption of the wallet database while the node runs', () => {
  test('is found by the next query, which is answered; the wallets read the chain again', async () => {
    const failures: unknown[] = [];
    const world = await worldWithTables({ onFailure: (error) => failures.push(error) });
    const wanted = await viewOf(world);
    expect(codesOf(world)).toEqual([]);
    ruinTables(world);
    await world.wallets.history({ name: 'a', limit: 1000 });
    expect(codesOf(world)).toEqual([expect.stringMatching(/^wallet-data-rebu/)]);
    await eventually(async () => await viewOf(world)).toEqual(wanted);
    await eventually(() => codesOf(world)).toEqual(['wallet-data-rebuilt']);
    expect(existsSync(`${folderOf(world)}.damaged`)).toBe(true);

    await send(world, 'a', STRANGER, 3_000_000);
    await world.mine(1, world.wallets.payout('a'));
    const now = await viewOf(world);
    expect(now.history).toHaveLength(wanted.history.length + 2);
    const again = await reopen(world);
    expect([await viewOf(again), codesOf(again), failures]).toEqual([now, [], []]);
    expect(existsSync(`${folderOf(again)}.damaged`)).toBe(false);
  });

  test('does not prevent a payment', async () => {
    const world = await worldWithTables();
    ruinTables(world);
    await world.wallets
      .prepare({ name: 'a', to: [{ address: STRANGER, amount: 'all' }] })
      .catch(() => undefined);
    await eventually(() => codesOf(world)).toEqual(['wallet-data-rebuilt']);
    const txid = await send(world, 'a', STRANGER, 3_000_000);
    expect(world.mempool.has(txid)).toBe(true);
  });

  test('does not prevent a rescan', async () => {
    const world = await worldWithTables();
    const wanted = await viewOf(world);
    ruinTables(world);
    await world.wallets.rescan('a', {});
    await eventually(async () => await viewOf(world)).toEqual(wanted);
    expect(codesOf(world)).toEqual(['wallet-data-rebuilt']);
  });

  test('does not prevent a stop, and is repaired at the next start', async () => {
    const world = await worldWithTables();
    const wanted = await viewOf(world);
    ruinTables(world);
    const again = await reopen(world);
    expect([await viewOf(again), codesOf(again)]).toEqual([wanted, ['wallet-data-rebuilt']]);
  });
});

describe('a wallet database that LevelDB refuses to write to', () => {
  test('is created again when a block arrives, and the node continues', async () => {
    const failures: unknown[] = [];
    const world = await worldWithTables({ onFailure: (error) => failures.push(error) });
    const wanted = await viewOf(world);
    const { refused } = refuseWrites();
    await world.mine(1, world.wallets.payout('a'));
    await eventually(() => codesOf(world)).toEqual(['wallet-data-rebuilt']);
    expect(refused()).toBeGreaterThan(0);
    await eventually(async () => (await viewOf(world)).history.length).toBe(wanted.history.length + 1);
    expect(failures).toEqual([]);
  });

  test('a payment that could not be written is refused and never sent, not even by a rebuilt wallet', async () => {
    const world = await worldWithTables();
    const before = await viewOf(world);
    const draft = await world.wallets.prepare({ name: 'a', to: [{ address: STRANGER, amount: 3_000_000 }] });
    refuseWrites();
    ruinTables(world);
    await expect(world.wallets.confirm(draft.draft, PASSWORD)).rejects.toMatchObject({
      code: 'wallet-data-damaged',
    });
    await eventually(() => codesOf(world)).toEqual(['wallet-data-rebuilt']);
    await eventually(async () => await viewOf(world)).toEqual(before);
    expect(world.wallets.ownPending()).toHaveLength(1);
    const txid = await send(world, 'a', STRANGER, 3_000_000);
    expect(world.wallets.ownPending().map((tx) => tx.txidHex)).toContain(txid);
  });

  test('if no new one can be created either, the node runs, reports it, and tries again', async () => {
    const world = await worldWithTables();
    const { refused } = refuseWrites();
    const opening = vi
      .spyOn(ClassicLevel.prototype, 'open')
      .mockRejectedValue(new Error('IO error: read-only'));
    await world.mine(1);
    await eventually(refused).toBeGreaterThan(0);
    await expect(world.wallets.history({ name: 'a', limit: 5 })).rejects.toMatchObject({
      code: 'wallet-data-unusable',
    });
    expect((await world.wallets.balance('a')).asOfHeight).toBeGreaterThan(0);
    opening.mockRestore();
    await eventually(async () => {
      await world.wallets.history({ name: 'a', limit: 5 }).catch(() => undefined);
      return codesOf(world);
    }).toEqual(['wallet-data-rebuilt']);
  });
});

describe('a wallet database that this program cannot use', () => {
  test('of a newer version: the node starts without wallets and reports the reason', async () => {
    const first = await open();
    await walletWithCoins(first, 'a');
    worlds.splice(worlds.indexOf(first), 1);
    await first.stop();
    const level = new ClassicLevel<Uint8Array, Uint8Array>(folderOf(first), {
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    await level.put(Uint8Array.of(0), sealPayload(Uint8Array.of(0), Uint8Array.of(200)));
    await level.close();
    const world = await open({ directory: first.directory });
    expect(codesOf(world)).toEqual(['wallet-data-newer']);
    expect(world.wallets.list()).toEqual([]);
    expect(() => world.wallets.payout('a')).toThrow(expect.objectContaining({ code: 'wallet-data-newer' }));
    await expect(world.wallets.balance('a')).rejects.toMatchObject({ code: 'wallet-data-newer' });
    expect(world.wallets.ownPending()).toEqual([]);
    await world.mine();
  });
});
