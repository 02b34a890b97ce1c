import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { isSnapshotHeight, committedSnapshotHeight } from '../../../../main/core/consensus/snapshot-rules.ts';
import { DOMAIN, hash } from '../../../../main/core/crypto/hash.ts';
import { MAIN_NETWORK, REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import type { Coin } from '../../../../main/core/primitives/coin.ts';
import { outpointOf } from '../../../../main/core/primitives/coin-key.ts';
import { readChunk, writeSnapshotCoin } from '../../../../main/core/ledger/snapshot-record.ts';
import { chunkHash, type SnapshotFacts, snapshotRoot } from '../../../../main/core/ledger/snapshot-root.ts';
import { chunkCoins } from '../../../../main/chain/snapshot-chunker.ts';
import { encodeCoin } from '../../../../main/storage/coin-record.ts';
import { createRandom } from '../../../support/random.ts';

const coin: Coin = {
  amount: 0x0102_0304_0506 as never,
  lockType: 7,
  lock: Uint8Array.of(0xaa, 0xbb),
  height: 258,
  coinbase: true,
};
const order = Uint8Array.from({ length: 36 }, (_, i) => i);

describe('a coin of a snapshot', () => {
  test('is written as the specification says', () => {
    const chunk = new Uint8Array(100);
    const end = writeSnapshotCoin(chunk, 0, order, encodeCoin(coin, 0));
    expect(toHex(chunk.subarray(0, end))).toBe(
      [toHex(order), '02010000', '01', '0605040302010000', '07', '02', 'aabb'].join(''),
    );
  });

  test('a written chunk is read back', () => {
    const chunk = new Uint8Array(53);
    writeSnapshotCoin(chunk, 0, order, encodeCoin(coin, 0));
    const [read] = readChunk(chunk)!;
    expect(read!.coin).toEqual(coin);
    expect(outpointOf(read!.key)).toEqual({ txid: order.slice(0, 32), index: 0x2021_2223 });
  });

  test.each([
    ['a coinbase that is neither 0 nor 1', 40, 2],
    ['an amount over all money', 47, 0x20],
    ['a lock of 65 bytes', 50, 65],
  ])('%s makes the chunk unreadable', (_, at, value) => {
    const chunk = new Uint8Array(53);
    writeSnapshotCoin(chunk, 0, order, encodeCoin(coin, 0));
    chunk[at] = value;
    expect(readChunk(chunk)).toBeNull();
  });
});

describe('a root', () => {
  const facts: SnapshotFacts = {
    networkId: new Uint8Array(32).fill(1),
    height: 20,
    blockId: new Uint8Array(32).fill(2),
    coins: 3,
    total: 4,
  };
  const chunks = [1, 2, 3].map((value) => chunkHash(Uint8Array.of(value)));

  test('is made as the specification says', () => {
    const pair = hash(DOMAIN.snapshotNode, chunks[0]!, chunks[1]!);
    const tree = hash(DOMAIN.snapshotNode, pair, chunks[2]!);
    const numbers = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0);
    const root = hash(
      DOMAIN.snapshotRoot,
      facts.networkId,
      Uint8Array.of(20, 0, 0, 0),
      facts.blockId,
      numbers,
      tree,
    );
    expect(toHex(snapshotRoot(facts, chunks))).toBe(toHex(root));
  });

  test('the root commits to every field', () => {
    const roots = [
      snapshotRoot(facts, chunks),
      snapshotRoot({ ...facts, networkId: new Uint8Array(32) }, chunks),
      snapshotRoot({ ...facts, height: 21 }, chunks),
      snapshotRoot({ ...facts, blockId: new Uint8Array(32) }, chunks),
      snapshotRoot({ ...facts, coins: 4 }, chunks),
      snapshotRoot({ ...facts, total: 5 }, chunks),
      snapshotRoot(facts, chunks.slice(0, 2)),
      snapshotRoot(facts, chunks.toReversed()),
      snapshotRoot(facts, [...chunks, chunks[2]!]),
      snapshotRoot(facts, []),
    ].map(toHex);
    expect(new Set(roots).size).toBe(roots.length);
  });

  test('the root of an empty UTXO set is the root of one empty chunk', () => {
    expect(toHex(snapshotRoot(facts, []))).toBe(toHex(snapshotRoot(facts, [chunkHash(new Uint8Array(0))])));
  });
});

test('a root is due a fixed number of blocks after each epoch, and never for genesis', () => {
  const { params } = REGTEST_NETWORK;
  const due = Array.from({ length: 70 }, (_, height) => committedSnapshotHeight(height, params));
  expect(due.flatMap((at, height) => (at === null ? [] : [[height, at]]))).toEqual([
    [25, 20],
    [45, 40],
    [65, 60],
  ]);
  expect(
    Array.from({ length: 70 }, (_, height) => height).filter((h) => isSnapshotHeight(h, params)),
  ).toEqual([20, 40, 60]);
  expect(committedSnapshotHeight(4560, MAIN_NETWORK.params)).toBe(4320);
});

test('coins are divided into chunks of 16 384, whatever the size of the batches', async () => {
  const random = createRandom(2);
  const count = 16_384 + 16_384 + 5;
  const coins = Array.from({ length: count }, (_, i) => {
    const outpoint = new Uint8Array(36);
    new DataView(outpoint.buffer).setUint32(0, i);
    return { outpoint, coin: encodeCoin({ ...coin, amount: (i + 1) as never }, 0) };
  });
  async function* batches() {
    for (let at = 0; at < count;) {
      const size = 1 + random.int(3000);
      yield coins.slice(at, (at += size));
    }
  }
  const sizes: number[] = [];
  const hashes: string[] = [];
  const cut = await chunkCoins(
    batches(),
    async (_, chunk) => {
      sizes.push(readChunk(chunk)!.length);
      hashes.push(toHex(chunkHash(chunk)));
    },
    new AbortController().signal,
  );
  expect(sizes).toEqual([16_384, 16_384, 5]);
  expect(cut.hashes.map(toHex)).toEqual(hashes);
  expect({ coins: cut.coins, total: cut.total }).toEqual({ coins: count, total: (count * (count + 1)) / 2 });
});
