import { join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import type { Log } from '../../../main/lib/log.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { createNetworkOf, type Network } from '../../../main/core/params/network.ts';
import { decodeAddress, encodeAddress, isAddressProblem } from '../../../main/core/primitives/address.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import type { Lock } from '../../../main/core/primitives/coin.ts';
import { decodeTransaction, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { createMempool, type Mempool } from '../../../main/mempool/mempool.ts';
import { libsodium } from '../../../main/workers/sodium.ts';
import { DEFAULT_KDF } from '../../../main/workers/vault.ts';
import { createWallets, type Wallets } from '../../../main/wallet/wallets.ts';
import type { WalletsDeps } from '../../../main/wallet/wiring.ts';
import { createRandom } from '../../support/random.ts';
import { createFastSigner } from '../../support/chain/fast-sign.ts';
import {
  type BlockParts,
  extend,
  mineOn,
  newDirectory,
  openTestChain,
  parentOf,
  silent,
  tipOf,
  verifyBatch,
} from '../../support/chain/test-chain.ts';

export const PASSWORD = 'correct horse battery staple';
/** Regtest without snapshots, so that branches can be mined at any height without knowing their UTXO sets. */
export const network = createNetworkOf(
  { name: 'wallets', time: REGTEST_NETWORK.genesis.header.time, nonce: 0 },
  { ...REGTEST_NETWORK.params, epoch: 1_000_000 },
  { ...REGTEST_NETWORK, deployments: [] },
);
/** Motes of one block's subsidy. */
export const SUBSIDY = network.params.subsidy;
export const MATURITY = network.params.maturity;

/** libsodium's, so that tests don't wait for keys. */
export const signer = {
  publicKey: (seed: Uint8Array) => createFastSigner(seed).key,
  sign: (seed: Uint8Array, message: Uint8Array) => createFastSigner(seed).sign(message),
};

export const keyDeps = { signer, clock: systemClock, log: silent };

/** With one pass a wallet file is of this test. */
const KDF = { ...DEFAULT_KDF, passes: 1 };
/** libsodium's least. With the 64 MiB of the least that wallets accept, these tests spent two thirds of their time in it. */
const CHEAP_BYTES = 8192;
const derive = libsodium.crypto_pwhash_async;
// test/unit/workers/vault.test.ts and wallet-file.test.ts derive keys at the real cost.
libsodium.crypto_pwhash_async = (key, password, salt, passes, memoryBytes, algorithm) =>
  derive(key, password, salt, passes, passes === KDF.passes ? CHEAP_BYTES : memoryBytes, algorithm);

/** A chain, a mempool and wallets, wired as in a node, without a network. */
export interface World {
  readonly directory: string;
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly wallets: Wallets;
  /** Mines on the tip, with what waits in the mempool. */
  mine(blocks?: number, payTo?: Lock): Promise<Block[]>;
  /** Mines a block with exactly these transactions. */
  mineWith(parts: BlockParts): Promise<Block>;
  /** Mines a branch from a height that overtakes the active chain by one; gives its blocks. */
  fork(from: number, parts?: (height: number) => BlockParts): Promise<Block[]>;
  lockOf(address: string): Lock;
  /** A payment in the mempool, decoded. */
  waiting(txid: string): Transaction;
  stop(): Promise<void>;
}

export interface WorldOptions extends Partial<
  Pick<
    WalletsDeps,
    'fileStep' | 'propagationOf' | 'spreadOf' | 'isSynced' | 'onFailure' | 'contacts' | 'kdf' | 'clock'
  >
> {
  readonly directory?: string;
  readonly log?: Log;
  /** The mempool keeps its file in the directory. */
  readonly keepsPool?: boolean;
  /** Without snapshots unless told. */
  readonly network?: Network;
  /** In the place of the chain's. */
  readonly readBlock?: Chain['readBlock'];
  /** Blocks below this height count as pruned. */
  readonly prunedBelow?: () => number;
  /** Heights of blocks that are lost, and that no peer serves. */
  readonly lost?: ReadonlySet<number>;
  /** In the place of the mempool's. */
  readonly submit?: Mempool['submit'];
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const {
    directory = newDirectory(),
    log = silent,
    submit,
    readBlock,
    prunedBelow = () => 0,
    lost = new Set(),
    network: of = network,
    keepsPool,
    ...rest
  } = options;
  const chain = await openTestChain({ directory, network: of });
  const mempool = createMempool({
    chain,
    verifyBatch,
    clock: systemClock,
    log: silent,
    ...(keepsPool ? { file: join(directory, 'mempool.dat') } : {}),
  });
  await mempool.start(new AbortController().signal);
  const lacks = (id: string) => {
    const below = prunedBelow();
    for (let height = 0; height < below; height++) if (chain.atHeight(height)?.id === id) return true;
    return [...lost].some((height) => chain.atHeight(height)?.id === id);
  };
  const wallets = createWallets({
    directory,
    network: of,
    chain: {
      ...chain,
      readBlock: async (id) => (lacks(id) ? null : (readBlock ?? chain.readBlock)(id)),
      hasBody: (id) => !lacks(id) && chain.hasBody(id),
      isBodyRequested: (id) => !lacks(id) && chain.isBodyRequested(id),
      lowestServedHeight: () =>
        Math.max(prunedBelow(), ...[...lost].map((height) => height + 1), chain.lowestServedHeight()),
    },
    mempool: submit === undefined ? mempool : { ...mempool, submit },
    clock: systemClock,
    random: systemRandom,
    log,
    signer,
    kdf: KDF,
    ...rest,
  });
  await wallets.start(new AbortController().signal);

  const mineWith = (parts: BlockParts) => extend(chain, parts);
  const mineOne = (payTo: Lock | undefined): Promise<Block> => {
    const { transactions, fees } = mempool.templateTransactions({ maxBytes: 900_000, maxOutputs: 9_000 });
    return mineWith({ transactions, fees, ...(payTo === undefined ? {} : { payTo }) });
  };
  return {
    directory,
    chain,
    mempool,
    wallets,
    async mine(blocks = 1, payTo) {
      const mined: Block[] = [];
      for (let i = 0; i < blocks; i++) mined.push(await mineOne(payTo));
      return mined;
    },
    mineWith,
    async fork(from, parts = () => ({})) {
      const top = tipOf(chain).height;
      const entry = chain.atHeight(from)!;
      let parent = { idBytes: Buffer.from(entry.id, 'hex'), height: from, time: entry.time };
      const blocks: Block[] = [];
      while (parent.height <= top) {
        const height = parent.height + 1;
        // Another time than that of the chain that it leaves, so that the blocks are others.
        const time = parent.time + network.params.spacing + (height === from + 1 ? 1 : 0);
        const block = mineOn(chain, parent, { header: { time }, ...parts(height) });
        const result = await chain.submitBlock(block.bytes);
        if (isViolation(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
        blocks.push(block);
        parent = { ...parentOf(block), idBytes: Buffer.from(block.header.id) };
      }
      await mempool.idle();
      return blocks;
    },
    lockOf(address) {
      const lock = decodeAddress(network.hrp, address);
      if (isAddressProblem(lock)) throw new Error(lock.problem);
      return lock;
    },
    waiting(txid) {
      const tx = decodeTransaction(mempool.get(txid)!.bytes);
      if (isViolation(tx)) throw new Error(tx.code);
      return tx;
    },
    async stop() {
      // As the node does it: a part that can't stop keeps no other part from it.
      try {
        await wallets.stop();
      } finally {
        await mempool.stop();
        await chain.close();
      }
    },
  };
}

/** A wallet with `blocks` mature rewards of its own. */
export async function walletWithCoins(world: World, name: string, blocks = 1): Promise<void> {
  await world.wallets.create({ name, password: PASSWORD, words: 12 });
  for (let i = 0; i < blocks; i++) await world.mine(1, world.wallets.payout(name));
  await world.mine(MATURITY);
}

/** Sends, and fails loudly where the mempool refuses. */
export async function send(world: World, name: string, address: string, amount: number): Promise<string> {
  const { draft } = await world.wallets.prepare({ name, to: [{ address, amount }] });
  const sent = await world.wallets.confirm(draft, PASSWORD);
  if (isViolation(sent)) throw new Error(`refused: ${JSON.stringify(sent)}`);
  return sent.txid;
}

/** Asserts what becomes true soon: wallets follow chain and mempool behind them. */
export const eventually = <T>(what: () => T) => expect.poll(what);

/** Two addresses that begin and end alike. */
export function lookalikes(): [string, string] {
  const random = createRandom(1);
  const seen = new Map<string, string>();
  for (;;) {
    const lock = Uint8Array.of(0, 0, 0, ...random.bytes(29));
    const address = encodeAddress(network.hrp, { lockType: 0, lock });
    const twin = seen.get(address.slice(-4));
    if (twin !== undefined) return [twin, address];
    seen.set(address.slice(-4), address);
  }
}
