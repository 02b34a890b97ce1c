import { createHash } from 'node:crypto';
import { compareBytes } from '../../../main/core/codec/bytes.ts';
import { subsidyAt } from '../../../main/core/consensus/params.ts';
import { committedSnapshotHeight } from '../../../main/core/consensus/snapshot-rules.ts';
import type { Network } from '../../../main/core/params/network.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { type Coin, LOCK_BURN, type Lock } from '../../../main/core/primitives/coin.ts';
import { coinKey, type CoinKey, outpointOf } from '../../../main/core/primitives/coin-key.ts';
import { type CoinbaseRecord, encodeRecords, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { createTransaction, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { CHUNK_COINS } from '../../../main/core/ledger/snapshot-record.ts';
import { chunkHash, snapshotRoot } from '../../../main/core/ledger/snapshot-root.ts';
import type { Motes } from '../../../shared/units.ts';
import type { Random } from '../random.ts';
import { mineOn, parentOf, pay, testKey } from './test-chain.ts';

/** One block of a tree of blocks, and what the UTXO set is after it by the plainest bookkeeping there is. */
export interface ModelBlock {
  readonly block: Block;
  readonly parent: ModelBlock | null;
  readonly height: number;
  readonly coins: ReadonlyMap<CoinKey, Coin>;
  readonly issued: number;
  readonly burned: number;
}

/** Makes valid blocks with random payments on any block of a tree; knows every UTXO set without the ledger's help. */
export interface ChainModel {
  readonly genesis: ModelBlock;
  readonly blocks: readonly ModelBlock[];
  /** Mines a block with up to `payments` random payments. */
  grow(parent: ModelBlock, payments: number): ModelBlock;
}

const OWN = testKey(1);
const FREE: Lock = { lockType: 77, lock: Uint8Array.of(1, 2, 3) };

export function createChainModel(network: Network, random: Random): ChainModel {
  const { genesis: first, params } = network;
  const genesis: ModelBlock = {
    block: first,
    parent: null,
    height: 0,
    coins: new Map(),
    issued: 0,
    burned: 0,
  };
  const blocks: ModelBlock[] = [genesis];

  const cut = randomOutputs(random);

  const pickInputs = (coins: ReadonlyMap<CoinKey, Coin>, height: number): [CoinKey, Coin][] => {
    const picked: [CoinKey, Coin][] = [];
    const all = [...coins];
    for (let tries = 1 + random.int(3); tries > 0 && all.length > 0; tries--) {
      const [key, coin] = all[random.int(all.length)]!;
      const mature = !coin.coinbase || height - coin.height >= params.maturity;
      if (mature && !picked.some(([other]) => other === key)) picked.push([key, coin]);
    }
    return picked;
  };

  const randomPayment = (
    coins: ReadonlyMap<CoinKey, Coin>,
    height: number,
  ): { tx: Transaction; taken: readonly CoinKey[]; fee: number } | null => {
    const inputs = pickInputs(coins, height);
    const value = inputs.reduce((sum, [, coin]) => sum + coin.amount, 0);
    if (inputs.length === 0) return null;
    const fee = random.int(Math.min(value, 1000));
    const from = inputs.map(([key, coin]) => ({ outpoint: outpointOf(key), coin }));
    const tx = pay({ network }, from, OWN.secret, cut(value - fee, 4), { validFrom: random.int(height + 1) });
    return { tx, taken: inputs.map(([key]) => key), fee };
  };

  return {
    genesis,
    blocks,
    grow(parent, payments) {
      const height = parent.height + 1;
      const coins = new Map(parent.coins);
      const transactions: Transaction[] = [];
      let fees = 0;
      let burned = 0;
      for (let i = random.int(payments + 1); i > 0; i--) {
        const made = randomPayment(coins, height);
        if (!made) continue;
        for (const key of made.taken) coins.delete(key);
        burned += create(coins, made.tx, height, false);
        transactions.push(made.tx);
        fees += made.fee;
      }
      const allowed = subsidyAt(height, params) + fees;
      // Most miners take all they can; some leave a part, or everything.
      const claim = random.int(4) > 0 ? allowed : random.int(allowed + 1);
      const coinbase = createTransaction({
        version: 1,
        validFrom: height,
        expires: 0,
        inputs: [],
        outputs: cut(claim, 3).map(({ amount, lock }) => ({ amount: amount as Motes, ...lock })),
        witness: [encodeRecords(recordsAt(network, random, parent, height))],
      });
      burned += create(coins, coinbase, height, true);
      const block = mineOn({ network }, parentOf(parent.block), { coinbase, transactions });
      const grown: ModelBlock = {
        block,
        parent,
        height,
        coins,
        issued: parent.issued + Math.max(0, claim - fees),
        burned: parent.burned + burned + Math.max(0, fees - claim),
      };
      blocks.push(grown);
      return grown;
    },
  };
}

/** The records of the coinbase at this height, with the snapshot root where one is due. */
function recordsAt(network: Network, random: Random, parent: ModelBlock, height: number): CoinbaseRecord[] {
  const extra = { tag: RECORD_TAG.extraNonce, bytes: random.bytes(8) };
  const at = committedSnapshotHeight(height, network.params);
  if (at === null) return [extra];
  let frozen = parent;
  while (frozen.height > at) frozen = frozen.parent!;
  return [extra, { tag: RECORD_TAG.snapshotRoot, bytes: rootOf(network, frozen) }];
}

/** Cuts an amount into up to `most` outputs of random sizes with random locks. */
function randomOutputs(random: Random): (amount: number, most: number) => { amount: number; lock: Lock }[] {
  const randomLock = (): Lock => {
    const dice = random.int(10);
    if (dice === 0) return { lockType: LOCK_BURN, lock: random.bytes(random.int(65)) };
    return dice === 1 ? FREE : OWN.lock;
  };

  return (amount, most) => {
    const outputs: { amount: number; lock: Lock }[] = [];
    let left = amount;
    for (let i = random.int(most); i > 0 && left > 1; i--) {
      const part = 1 + random.int(Math.min(left - 1, 2 ** 31));
      outputs.push({ amount: part, lock: randomLock() });
      left -= part;
    }
    return left > 0 ? [...outputs, { amount: left, lock: randomLock() }] : outputs;
  };
}

/** Adds what a transaction creates and returns what it burns. */
function create(coins: Map<CoinKey, Coin>, tx: Transaction, height: number, coinbase: boolean): number {
  let burnt = 0;
  tx.outputs.forEach((output, index) => {
    if (output.lockType === LOCK_BURN) burnt += output.amount;
    else coins.set(coinKey({ txid: tx.txid, index }), { ...output, height, coinbase });
  });
  return burnt;
}

/** Motes in all coins, one by one. */
export function sumOf(coins: ReadonlyMap<CoinKey, Coin>): number {
  return [...coins.values()].reduce((sum, { amount }) => sum + amount, 0);
}

/** What Chain.setHash must give. */
export function hashOf(coins: ReadonlyMap<CoinKey, Coin>): string {
  const sum = createHash('sha256');
  for (const { outpoint, coin } of sorted(coins))
    sum.update(outpoint).update(coin.subarray(0, 14)).update(coin.subarray(15));
  return sum.digest('hex');
}

/** Protocol 5 word by word: sorted records in chunks, a root over them and what they add up to. */
export function rootOf(network: Network, { height, block, coins }: ModelBlock): Uint8Array {
  const records = sorted(coins).map(({ outpoint, coin }) => Buffer.concat([outpoint, coin]));
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < records.length; i += CHUNK_COINS)
    chunks.push(Buffer.concat(records.slice(i, i + CHUNK_COINS)));
  const facts = {
    networkId: network.id,
    height,
    blockId: block.header.id,
    coins: coins.size,
    total: sumOf(coins),
  };
  return snapshotRoot(facts, chunks.map(chunkHash));
}

/** outpoint: txid | index u32 BE; coin: height u32 | coinbase u8 | amount u64 | lockType u8 | length u8 | lock. */
function sorted(coins: ReadonlyMap<CoinKey, Coin>): { outpoint: Uint8Array; coin: Uint8Array }[] {
  const records = [...coins].map(([key, coin]) => {
    const { txid, index } = outpointOf(key);
    const outpoint = Buffer.alloc(36);
    outpoint.set(txid);
    outpoint.writeUInt32BE(index, 32);
    const bytes = Buffer.alloc(15 + coin.lock.length);
    bytes.writeUInt32LE(coin.height, 0);
    bytes[4] = coin.coinbase ? 1 : 0;
    bytes.writeBigUInt64LE(BigInt(coin.amount), 5);
    bytes[13] = coin.lockType;
    bytes[14] = coin.lock.length;
    bytes.set(coin.lock, 15);
    return { outpoint, coin: bytes };
  });
  return records.sort((a, b) => compareBytes(a.outpoint, b.outpoint));
}
