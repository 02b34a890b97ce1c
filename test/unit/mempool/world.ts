import { afterEach } from 'vitest';
import type { ActiveRules } from '../../../main/core/ledger/spend.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { createNetworkOf } from '../../../main/core/params/network.ts';
import type { VerifyBatch } from '../../../main/core/ports.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import type { Coin, Lock } from '../../../main/core/primitives/coin.ts';
import type { Outpoint } from '../../../main/core/primitives/outpoint.ts';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { type TurnedClock, turnedClock } from '../../support/test-clock.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import type { ChainView } from '../../../main/mempool/chain-view.ts';
import { createMempool, type Mempool } from '../../../main/mempool/mempool.ts';
import {
  coinbaseOf,
  extend,
  openTestChain,
  parentOf,
  pay,
  type BlockParts,
  mineOn,
  type Parent,
  silent,
  testKey,
  tipOf,
  verifyBatch,
} from '../../support/chain/test-chain.ts';

/** A coin with what spends it; the test key owns it. */
export interface Funds {
  readonly outpoint: Outpoint;
  readonly coin: Coin;
}

export interface PaymentOptions {
  readonly fee?: number;
  /** Equal parts, all to the test key unless `to` is given. */
  readonly outputs?: number;
  readonly to?: Lock;
  /** Bytes of burnt data, to make it bigger. */
  readonly padding?: number;
  readonly validFrom?: number;
  readonly expires?: number;
  readonly version?: number;
}

export interface World {
  readonly chain: Chain;
  readonly clock: TurnedClock;
  mempool: Mempool;
  /** Everything that was told, as `added TXID` and `removed TXID REASON`. */
  readonly told: string[];
  /** Mines `count` blocks and gives the coins of that many mature coinbases. */
  mature(count: number): Promise<Funds[]>;
  /** Mines until one coinbase is mature and splits it into this many confirmed coins. */
  funds(count: number): Promise<Funds[]>;
  mine(transactions?: readonly Transaction[], parts?: BlockParts): Promise<Block>;
  /** Mines a branch of empty blocks, or of these transactions, from a height of the active chain on. */
  branch(from: number, blocks: readonly (readonly Transaction[])[]): Promise<Block[]>;
  payment(from: readonly Funds[], options?: PaymentOptions): Transaction;
  /** Submits; the code of the violation, or 'in'. */
  submit(tx: Transaction, source?: string): Promise<string>;
  /** Another pool on the same chain. */
  restart(options?: WorldOptions): Promise<void>;
}

export interface WorldOptions {
  readonly maxUsage?: number;
  readonly file?: string;
  readonly verifyBatch?: VerifyBatch;
  /** In place of what the chain says. */
  readonly nextRules?: () => ActiveRules;
  /** Blocks are disconnected by their undo records alone, as if their bodies were lost. */
  readonly bodiesLost?: boolean;
}

/** Regtest without snapshots, which a branch built by hand couldn't commit to. */
const { params, deployments } = REGTEST_NETWORK;
export const NETWORK = createNetworkOf(
  { name: 'pool-test', time: 1_900_000_000, nonce: 0 },
  { ...params, epoch: 1_000_000 },
  { defaultPort: 1, bootstrap: [], deployments, founded: false, launched: true },
);

export const OWNER = testKey(1);
const open: World[] = [];

afterEach(async () => {
  for (const world of open.splice(0)) {
    await world.mempool.stop();
    await world.chain.close();
  }
});

/** A real chain of regtest with a pool on it; both are closed after the test. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  // Chains of tests run ahead of schedule: their headers must not come from the future.
  const clock = turnedClock(2_000_000_000);
  const chain = await openTestChain({ clock, network: NETWORK });
  const told: string[] = [];
  const openPool = async ({ nextRules, bodiesLost, ...poolOptions }: WorldOptions): Promise<Mempool> => {
    const view = {
      ...chain,
      ...(nextRules ? { nextRules } : {}),
      ...(bodiesLost ? { events: withoutBodies(chain) } : {}),
    };
    const mempool = createMempool({ chain: view, clock, log: silent, verifyBatch, ...poolOptions });
    mempool.events.on('added', ({ tx }) => told.push(`added ${tx.txidHex}`));
    mempool.events.on('removed', ({ txid, reason }) => told.push(`removed ${txid} ${reason}`));
    mempool.events.on('rejected', ({ txid, violation }) => told.push(`rejected ${txid} ${violation.code}`));
    await mempool.start(new AbortController().signal);
    return mempool;
  };
  let extra = 0;

  const world: World = {
    chain,
    clock,
    told,
    mempool: await openPool(options),
    async mature(count) {
      const blocks: Block[] = [];
      for (let i = 0; i < count; i++) blocks.push(await world.mine());
      for (let i = 1; i < chain.network.params.maturity; i++) await world.mine();
      return blocks.map(coinbaseOf);
    },
    async funds(count) {
      const [coin] = await world.mature(1);
      const tx = world.payment([coin!], { outputs: count, fee: 1_000_000 });
      await world.mine([tx]);
      return coinsOf(tx, chain.tip().height);
    },
    async mine(transactions = [], parts = {}) {
      const block = await extend(chain, { transactions, ...parts });
      await world.mempool.idle();
      return block;
    },
    async branch(from, blocks) {
      let parent: Parent = from === chain.tip().height ? tipOf(chain) : parentAt(chain, from);
      const mined: Block[] = [];
      for (const transactions of blocks) {
        // A payee of its own, or two branches would have the same coinbases.
        const payTo = testKey(100 + (extra++ % 100)).lock;
        const block = mineOn(chain, parent, { transactions, payTo });
        const result = await chain.submitBlock(block.bytes);
        if (isViolation(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
        mined.push(block);
        parent = parentOf(block);
      }
      await world.mempool.idle();
      return mined;
    },
    payment(from, { fee = 10_000, outputs = 1, to = OWNER.lock, padding = 0, ...fields } = {}) {
      const total = from.reduce((sum, { coin }) => sum + coin.amount, 0) - fee;
      const burnt = Math.ceil(padding / 75);
      const each = Math.floor((total - burnt) / outputs);
      const list = Array.from({ length: outputs }, (_, i) => ({
        amount: i === 0 ? total - burnt - each * (outputs - 1) : each,
        lock: to,
      }));
      for (let i = 0; i < burnt; i++) {
        list.push({ amount: 1, lock: { lockType: 255, lock: new Uint8Array(64).fill(i) } });
      }
      return pay(chain, from, OWNER.secret, list, fields);
    },
    async submit(tx, source) {
      const result = await world.mempool.submit(tx, { source });
      return isViolation(result) ? result.code : 'in';
    },
    async restart(again = options) {
      await world.mempool.stop();
      world.mempool = await openPool(again);
    },
  };
  open.push(world);
  return world;
}

function withoutBodies({ events }: Chain): ChainView['events'] {
  return {
    on: (event, listener) =>
      events.on(event, (value) =>
        listener((event === 'disconnected' ? { ...value, block: null } : value) as never),
      ),
  };
}

/** The outputs of a transaction that the test key can spend, burnt ones left out. */
export function coinsOf(tx: Transaction, height = 0): Funds[] {
  return tx.outputs.flatMap((output, index) =>
    output.lockType === 255
      ? []
      : [{ outpoint: { txid: tx.txid, index }, coin: { ...output, height, coinbase: false } }],
  );
}

function parentAt(chain: Chain, height: number): Parent {
  const entry = chain.atHeight(height)!;
  return { idBytes: Uint8Array.from(Buffer.from(entry.id, 'hex')), height, time: entry.time };
}

export const ids = (transactions: readonly Transaction[]): string[] => transactions.map((tx) => tx.txidHex);
