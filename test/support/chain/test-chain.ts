import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashRawSync } from '@node-rs/argon2';
import sodium from 'sodium-native';
import { bytesToBigInt } from '../../../main/core/codec/bytes.ts';
import { bitsToTarget } from '../../../main/core/consensus/compact.ts';
import { subsidyAt } from '../../../main/core/consensus/params.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { PowHash, SignatureBatch } from '../../../main/core/ports.ts';
import { type Block, blockMerkleRoot, createBlock } from '../../../main/core/primitives/block.ts';
import type { Coin, Lock } from '../../../main/core/primitives/coin.ts';
import { createHeader, type HeaderFields } from '../../../main/core/primitives/header.ts';
import type { Outpoint } from '../../../main/core/primitives/outpoint.ts';
import { type CoinbaseRecord, encodeRecords, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { createTransaction, sighash, type Transaction } from '../../../main/core/primitives/transaction.ts';
import type { Chain, ChainDeps } from '../../../main/chain/chain.ts';
import { createChain } from '../../../main/chain/create-chain.ts';
import type { HeaderEntry } from '../../../main/chain/header-entry.ts';
import type { Log } from '../../../main/lib/log.ts';
import { type Motes, toMotes } from '../../../shared/units.ts';

/** A log that says nothing. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Argon2id as consensus has it, straight from the binding. */
export const powHash: PowHash = (header, memoryKiB) =>
  hashRawSync(header, {
    memoryCost: memoryKiB,
    timeCost: 1,
    parallelism: 1,
    outputLen: 32,
    salt: header.subarray(4, 20),
    algorithm: 2,
    version: 1,
  });

/** libsodium on this thread. */
export async function verifyBatch({ count, data }: SignatureBatch): Promise<number> {
  for (let i = 0; i < count; i++) {
    const job = data.subarray(i * 128, i * 128 + 128);
    const part = (from: number, to: number) => Buffer.from(job.subarray(from, to));
    if (!sodium.crypto_sign_verify_detached(part(32, 96), part(96, 128), part(0, 32))) return i;
  }
  return -1;
}

const directories: string[] = [];

/** An empty directory that goes when the process does. */
export function newDirectory(): string {
  if (directories.length === 0) {
    process.once('exit', () => {
      for (const each of directories) rmSync(each, { recursive: true, force: true });
    });
  }
  const directory = mkdtempSync(join(tmpdir(), 'kith-test-'));
  directories.push(directory);
  return directory;
}

/** The default takes 14 MB, and at each start 50 ms to clear them. With fewer coins, tests also read the database. */
const CACHED_COINS = 4096;

/** What a chain of regtest needs, with a directory of its own. */
export function testChainDeps(options: Partial<ChainDeps> = {}): ChainDeps {
  return {
    network: REGTEST_NETWORK,
    directory: options.directory ?? newDirectory(),
    verifyBatch,
    powHash,
    powHashMany: async (headers, memory) => headers.map((header) => powHash(header, memory)),
    clock: systemClock,
    random: systemRandom,
    log: silent,
    cachedCoins: CACHED_COINS,
    ...options,
  };
}

export async function openTestChain(options: Partial<ChainDeps> = {}): Promise<Chain> {
  return createChain(testChainDeps(options));
}

/** A key pair from a small number, the same every time. */
export function testKey(seed: number): { lock: Lock; secret: Buffer } {
  const publicKey = Buffer.alloc(32);
  const secret = Buffer.alloc(64);
  sodium.crypto_sign_seed_keypair(publicKey, secret, Buffer.alloc(32, seed));
  return { lock: { lockType: 0, lock: new Uint8Array(publicKey) }, secret };
}

export interface BlockParts {
  readonly transactions?: readonly Transaction[];
  readonly fees?: number;
  readonly payTo?: Lock;
  readonly records?: readonly CoinbaseRecord[];
  readonly header?: Partial<HeaderFields>;
  /** Replaces the coinbase altogether. */
  readonly coinbase?: Transaction;
}

/** What a block is built on; a chain's entries and headers both have it. */
export interface Parent {
  readonly idBytes: Uint8Array;
  readonly height: number;
  readonly time: number;
}

/** A chain, or just the network that it is of. */
type OfNetwork = Pick<Chain, 'network'>;

/** A mined block on a parent: valid unless a part says otherwise. */
export function mineOn(chain: OfNetwork, parent: Parent, parts: BlockParts = {}): Block {
  const height = parent.height + 1;
  const { params } = chain.network;
  const payTo = parts.payTo ?? testKey(1).lock;
  const amount = toMotes(subsidyAt(height, params) + (parts.fees ?? 0));
  const records = parts.records ?? [{ tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(1) }];
  const coinbase =
    parts.coinbase ??
    createTransaction({
      version: 1,
      validFrom: height,
      expires: 0,
      inputs: [],
      outputs: [{ amount, ...payTo }],
      witness: [encodeRecords(records)],
    });
  const transactions = [coinbase, ...(parts.transactions ?? [])];
  const fields: HeaderFields = {
    version: 0x2000_0000,
    prev: parent.idBytes,
    merkle: blockMerkleRoot(transactions),
    time: parent.time + params.spacing,
    bits: params.startBits,
    height,
    nonce: 0,
    ...parts.header,
  };
  const target = bitsToTarget(fields.bits);
  for (let nonce = 0; ; nonce++) {
    const header = createHeader({ ...fields, nonce });
    if (bytesToBigInt(powHash(header.bytes, params.powMemoryKiB)) <= target)
      return createBlock(header, transactions);
  }
}

export function parentOf(block: Block): Parent {
  return { idBytes: block.header.id, height: block.header.height, time: block.header.time };
}

export function tipOf(chain: Chain): Parent {
  const { id, height, time } = chain.tip();
  return { idBytes: Uint8Array.from(Buffer.from(id, 'hex')), height, time };
}

/** Mines on the tip and submits; a refusal throws. Snapshot records are added where they are due. */
export async function extend(chain: Chain, parts: BlockParts = {}): Promise<Block> {
  const root = await chain.nextSnapshotRoot();
  const records = root ? [{ tag: RECORD_TAG.snapshotRoot, bytes: root }] : undefined;
  const block = mineOn(chain, tipOf(chain), records ? { records, ...parts } : parts);
  const result = await chain.submitBlock(block.bytes);
  if (isViolation(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  return block;
}

/** Blocks whose bodies are not stored and wanted: those on the path to the best header, then lost ones. */
export function lackingBodies(chain: Chain, max = 1000): HeaderEntry[] {
  return [...chain.missingBlocks(max), ...chain.gaps(max, () => true)].slice(0, max);
}

/** A signed payment of these coins, all of one key. */
export function pay(
  chain: OfNetwork,
  from: readonly { outpoint: Outpoint; coin: Coin }[],
  secret: Buffer,
  outputs: readonly { amount: number; lock: Lock }[],
  fields: { validFrom?: number; expires?: number; version?: number } = {},
): Transaction {
  const body = {
    version: 1,
    validFrom: 0,
    expires: 0,
    ...fields,
    inputs: from.map(({ outpoint }) => outpoint),
    outputs: outputs.map(({ amount, lock }) => ({ amount: amount as Motes, ...lock })),
  };
  const unsigned = createTransaction({ ...body, witness: from.map(() => new Uint8Array(64)) });
  const message = sighash(
    chain.network.id,
    unsigned,
    from.map(({ coin }) => coin),
  );
  const witness = from.map(() => {
    const signature = Buffer.alloc(64);
    sodium.crypto_sign_detached(signature, Buffer.from(message), secret);
    return new Uint8Array(signature);
  });
  return createTransaction({ ...body, witness });
}

/** The first output of a block's coinbase as something to spend. */
export function coinbaseOf(block: Block): { outpoint: Outpoint; coin: Coin } {
  const tx = block.transactions[0]!;
  const output = tx.outputs[0]!;
  return {
    outpoint: { txid: tx.txid, index: 0 },
    coin: { ...output, height: block.header.height, coinbase: true },
  };
}
