import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { CoinKey } from '../../../main/core/primitives/coin-key.ts';
import { coinKey } from '../../../main/core/primitives/coin-key.ts';
import type { Coin } from '../../../main/core/primitives/coin.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { openChainState, type OpenedChain } from '../../../main/chain/open-chain.ts';
import { createSnapshotGate } from '../../../main/chain/snapshot-gate.ts';
import { mergeCoins, rewindTo } from '../../../main/chain/ancestor-coins.ts';
import { createSnapshots, type Snapshots } from '../../../main/chain/snapshots.ts';
import { decodeCoin } from '../../../main/storage/coin-record.ts';
import { PREFIX, rangeOf } from '../../../main/storage/keys.ts';
import { createChainModel, hashOf, type ModelBlock, rootOf, sumOf } from '../../support/chain/chain-model.ts';
import { createRandom } from '../../support/random.ts';
import { newDirectory, openTestChain, silent, testChainDeps } from '../../support/chain/test-chain.ts';

const BLOCKS = 44;
const directory = newDirectory();
/** By height. */
const line: ModelBlock[] = [];
let opened: OpenedChain;

/** As after a crash before any root was written. */
async function forgetRoots(): Promise<void> {
  const level = new ClassicLevel<Uint8Array, Uint8Array>(join(directory, 'chain'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  await level.clear(rangeOf(PREFIX.epoch));
  await level.close();
}

beforeAll(async () => {
  const model = createChainModel(REGTEST_NETWORK, createRandom(5));
  line.push(model.genesis);
  const chain = await openTestChain({ directory });
  for (let height = 1; height <= BLOCKS; height++) {
    line.push(model.grow(line.at(-1)!, 6));
    const result = await chain.submitBlock(line.at(-1)!.block.bytes);
    if (isViolation(result)) throw new Error(result.code);
  }
  await chain.close();
  await forgetRoots();
  rmSync(join(directory, 'snapshots'), { recursive: true });
  opened = await openChainState(testChainDeps({ directory }));
});
afterAll(async () => {
  await opened.db.close();
  await opened.bodies.close();
});

const snapshotsOf = (): Snapshots =>
  createSnapshots({
    networkId: REGTEST_NETWORK.id,
    params: REGTEST_NETWORK.params,
    directory: join(newDirectory(), 'snapshots'),
    hasBlocks: true,
    db: opened.db,
    bodies: opened.bodies,
    log: silent,
  });

test('disconnecting blocks in memory gives the coins of any ancestor, in order, with their sum', async () => {
  const { db, bodies, state, active } = opened;
  const frozen = db.freeze();
  for (let height = BLOCKS; height >= 0; height -= 3) {
    const { changes, totals } = await rewindTo(active.at(height)!, active.tip, state, bodies);
    const coins = new Map<CoinKey, Coin>();
    let last: Uint8Array = new Uint8Array(0);
    for await (const batch of mergeCoins(frozen.batches(), changes)) {
      for (const { outpoint, coin } of batch) {
        expect(Buffer.compare(last, outpoint)).toBeLessThan(0);
        last = outpoint;
        const index = Buffer.from(outpoint).readUInt32BE(32);
        coins.set(coinKey({ txid: outpoint.subarray(0, 32), index }), decodeCoin(coin)!);
      }
    }
    const model = line[height]!.coins;
    expect([height, hashOf(coins)]).toEqual([height, hashOf(model)]);
    expect(totals).toMatchObject({ coins: model.size, total: sumOf(model) });
    const { totals: same } = await rewindTo(active.at(height)!, active.at(height)!, totals, bodies);
    expect(same).toEqual(totals);
  }
  await frozen.release();
});

test('a snapshot rebuilt from the tip and the undo records has the root that the blocks lead to', async () => {
  const { active, state } = opened;
  const snapshots = snapshotsOf();
  snapshots.rebuild(active.at(40)!, active.tip, state);
  expect(await snapshots.rootOf(active.at(40)!)).toEqual(rootOf(REGTEST_NETWORK, line[40]!));
  await snapshots.close();
});

test('a build from other coins than those of its block fails, and leaves no root', async () => {
  const { active, state, db, bodies } = opened;
  const parent = active.at(BLOCKS - 1)!;
  const { totals } = await rewindTo(parent, active.tip, state, bodies);
  const snapshots = snapshotsOf();
  // The database is one block ahead of the tip that the caller read.
  snapshots.capture(parent, totals);
  await expect(snapshots.rootOf(parent)).rejects.toMatchObject({ code: 'storage-damaged' });
  snapshots.rebuild(active.at(20)!, parent, totals);
  await expect(snapshots.rootOf(active.at(20)!)).rejects.toMatchObject({ code: 'storage-damaged' });
  for (const entry of [parent, active.at(20)!])
    expect(db.epochRoot(entry.height, opened.index.idBytes(entry))).toBeNull();
  await snapshots.close();
});

test('a lost root is rebuilt for the miner only while no commit runs, and for the tip of that moment', async () => {
  const { active, state } = opened;
  const events: string[] = [];
  let built: Uint8Array | null = null;
  const writing: { over?: () => void } = {};
  let tip = active.at(24)!;
  const gate = createSnapshotGate({
    params: REGTEST_NETWORK.params,
    snapshots: {
      capture: () => undefined,
      rebuild(ancestor, at) {
        events.push(`rebuild ${ancestor.height} from ${at.height}`);
        built = new Uint8Array(32).fill(ancestor.height);
      },
      rootOf: async () => built,
      folders: async () => [],
      close: async () => undefined,
    },
    bestHeader: () => active.tip,
    isOnBest: () => true,
    tip: () => tip,
    totals: () => state,
    still: () =>
      new Promise((resolve) => {
        events.push('waits');
        writing.over = resolve;
      }),
  });
  const root = gate.nextRoot();
  await expect.poll(() => events).toEqual(['waits']);
  tip = active.at(44)!;
  writing.over!();
  expect(await root).toEqual(new Uint8Array(32).fill(40));
  expect(events).toEqual(['waits', 'rebuild 40 from 44']);
});

test('a complete chain that lost its roots computes the right one again', async () => {
  await opened.db.close();
  await opened.bodies.close();
  await forgetRoots();
  const chain = await openTestChain({ directory });
  expect(chain.tip().height).toBe(BLOCKS);
  expect(await chain.nextSnapshotRoot()).toEqual(rootOf(REGTEST_NETWORK, line[40]!));
  await chain.close();
  opened = await openChainState(testChainDeps({ directory }));
});
