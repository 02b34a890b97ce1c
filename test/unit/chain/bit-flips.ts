import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { openPeerStore, PEER_STORE_FOLDER } from '../../../main/net/peers/peer-store.ts';
import { flipInTables } from '../../support/bit-flips.ts';
import { newDirectory, silent, testKey } from '../../support/chain/test-chain.ts';
import { createDamageWorld, recover } from '../../support/damage.ts';
import { createRandom } from '../../support/random.ts';
import { eventually, network, openWorld, send, walletWithCoins, type World } from '../wallet/world.ts';

/**
 * One bit of a table of a stopped node's database is turned, seed by seed; then the node starts, has what it had before,
 * goes on working, and is whole at the start after that.
 */
export const campaigns: Readonly<Record<string, (flips: number) => Promise<void>>> = {
  'wallet-data': flipWalletData,
  peers: flipPeers,
  chain: flipChain,
};

const STRANGER = encodeAddress(network.hrp, testKey(7).lock);

async function flipWalletData(flips: number): Promise<void> {
  const first = await openWorld();
  await walletWithCoins(first, 'a', 12);
  for (let i = 0; i < 4; i++) await send(first, 'a', STRANGER, 1_000_000 + i);
  await first.mine(2);
  await send(first, 'a', STRANGER, 2_000_000);
  const { directory } = first;
  const wanted = await walletView(first);
  await first.stop();
  // Once more, so that its log becomes a table.
  await (await openWorld({ directory })).stop();
  expect(tablesIn(join(directory, 'wallet-data'))).toBeGreaterThan(0);

  let rebuilt = 0;
  for (let seed = 1; seed <= flips; seed++) {
    const hurt = copyOf(directory);
    const where = { seed, ...flipInTables(join(hurt, 'wallet-data'), createRandom(seed)) };
    const world = await openWorld({ directory: hurt });
    const codes = world.wallets.notices().map(({ code }) => code);
    if (codes.some((code) => code.startsWith('wallet-data-rebu'))) rebuilt++;
    // A payment that no block has may have stood in the very block that was hit: then its coins are free again.
    await eventually(async () => ({ where, view: withoutPending(await walletView(world)) })).toEqual({
      where,
      view: withoutPending(wanted),
    });
    await send(world, 'a', STRANGER, 3_000_000);
    await world.mine(1);
    const now = await walletView(world);
    expect({ where, more: now.history.length > wanted.mined }).toEqual({ where, more: true });
    await world.stop();
    const again = await openWorld({ directory: hurt });
    expect({ where, codes: again.wallets.notices(), view: await walletView(again) }).toEqual({
      where,
      codes: [],
      view: now,
    });
    await again.stop();
    rmSync(hurt, { recursive: true });
  }
  // All but those in the few bytes that mean nothing.
  expect(rebuilt).toBeGreaterThan(flips * 0.9);
}

const walletView = async ({ wallets }: World) => {
  const history = await wallets.history({ name: 'a', limit: 1000 });
  const { confirmed, pending, immature, asOfHeight } = await wallets.balance('a');
  const mined = history.filter(({ height }) => height !== null);
  return {
    history: history.map(({ txid, amount, state }) => ({ txid, amount, state })),
    mined: mined.length,
    minedTxids: mined.map(({ txid, amount }) => ({ txid, amount })),
    balance: { confirmed, pending, immature, asOfHeight },
  };
};
const withoutPending = ({ minedTxids, balance }: Awaited<ReturnType<typeof walletView>>) => ({
  minedTxids,
  asOfHeight: balance.asOfHeight,
});

async function flipPeers(flips: number): Promise<void> {
  const directory = newDirectory();
  const put = new Map<string, number>();
  for (let session = 0; session < 3; session++) {
    const store = await openPeerStore(directory, silent);
    for (let i = 0; i < 200; i++) {
      put.set(`${session}-${i}`, i);
      await store.put('ban', `${session}-${i}`, i);
    }
    await store.close();
  }
  expect(tablesIn(join(directory, PEER_STORE_FOLDER))).toBeGreaterThan(0);

  let rebuilt = 0;
  for (let seed = 1; seed <= flips; seed++) {
    const hurt = copyOf(directory);
    const where = { seed, ...flipInTables(join(hurt, PEER_STORE_FOLDER), createRandom(seed)) };
    const store = await openPeerStore(hurt, silent);
    rebuilt += store.notices().length;
    const listed = await store.list('ban');
    const wrong = listed.filter(({ key, value }) => put.get(key) !== value);
    // One block of 4 KiB is lost at most.
    expect({ where, wrong, most: listed.length > put.size - 250 }).toEqual({ where, wrong: [], most: true });
    for (let i = 0; i < 300; i++) await store.put('address', `new-${i}`, i);
    await store.close();
    const again = await openPeerStore(hurt, silent);
    expect({ where, notices: again.notices(), count: (await again.list('address')).length }).toEqual({
      where,
      notices: [],
      count: 300,
    });
    await again.close();
    rmSync(hurt, { recursive: true });
  }
  expect(rebuilt).toBeGreaterThan(flips * 0.9);
}

async function flipChain(flips: number): Promise<void> {
  const world = await createDamageWorld(REGTEST_NETWORK, 3);
  // A log becomes a table when LevelDB opens it.
  const level = new ClassicLevel(join(world.directory, 'chain'));
  await level.open();
  await level.close();
  expect(tablesIn(join(world.directory, 'chain'))).toBeGreaterThan(0);
  for (let seed = 1; seed <= flips; seed++) {
    let where: object = { seed };
    const name = `seed ${seed}`;
    const hurt = (path: string) => {
      where = { seed, ...flipInTables(path, createRandom(seed)) };
    };
    const recovery = await recover(world, 'chain', { name, hurt });
    expect({ where, recovery }).toEqual({ where, recovery: { end: 'equal', starts: expect.any(Number) } });
  }
}

const tablesIn = (folder: string): number =>
  readdirSync(folder).filter((name) => name.endsWith('.ldb')).length;

function copyOf(directory: string): string {
  const copy = newDirectory();
  cpSync(directory, copy, { recursive: true });
  return copy;
}
