import { systemClock } from '../../../../main/lib/clock.ts';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import type { Network } from '../../../../main/core/params/network.ts';
import type { Block } from '../../../../main/core/primitives/block.ts';
import type { Coin, Lock } from '../../../../main/core/primitives/coin.ts';
import type { Outpoint } from '../../../../main/core/primitives/outpoint.ts';
import { type CoinbaseRecord, RECORD_TAG } from '../../../../main/core/primitives/records.ts';
import type { Transaction } from '../../../../main/core/primitives/transaction.ts';
import { isViolation, type ViolationCode } from '../../../../main/core/violation.ts';
import type { Chain } from '../../../../main/chain/chain.ts';
import {
  type BlockParts,
  coinbaseOf,
  mineOn,
  openTestChain,
  pay,
  testKey,
  tipOf,
} from '../../../support/chain/test-chain.ts';

/** A coin of the test key. */
export interface Funds {
  readonly outpoint: Outpoint;
  readonly coin: Coin;
}

/** Two blocks for the same place, alike but for the one rule that the first breaks. */
export interface Twins {
  readonly broken: Uint8Array;
  readonly sound: Uint8Array;
}

/** How one rule is broken: by a block whose sound twin must be accepted right after, or in a way of its own. */
export type RuleCase =
  | { readonly what: string; twins(world: RuleWorld): Promise<Twins> }
  | { readonly what: string; run(world: RuleWorld): Promise<string | undefined> };

/** What a block's coinbase of the first era pays. */
export const SUBSIDY = 2_000_000_000;
export const KEY = testKey(1);
export const OTHER = testKey(2);

export type Outcome = ViolationCode | 'connected' | 'stored' | 'duplicate';

export interface PaymentFields {
  readonly validFrom?: number;
  readonly expires?: number;
  readonly version?: number;
  readonly outputs?: readonly { readonly amount: number; readonly lock: Lock }[];
}

/** A real chain on disk with coins at hand, the policy lock in force and a clock that the test turns. */
export interface RuleWorld {
  readonly chain: Chain;
  readonly clock: { seconds: number };
  nextHeight(): number;
  /** Mines on the tip; a snapshot record is added where it is due, whatever the parts say. */
  mine(parts?: BlockParts): Promise<Block>;
  /** Mines and submits; a refusal throws. */
  extend(parts?: BlockParts): Promise<Block>;
  submit(bytes: Uint8Array): Promise<Outcome>;
  /** Two mined blocks on the tip; the first gets the broken parts. */
  twins(parts: (broken: boolean) => BlockParts | Promise<BlockParts>): Promise<Twins>;
  /** Extends until the next block's height fits. */
  until(fits: (nextHeight: number) => boolean): Promise<void>;
  /** A coinbase of 20 KITH that the next block may spend; each is given out once. */
  coin(): Promise<Funds>;
  /** A signed payment that gives away all of these coins unless told otherwise. */
  spend(funds: readonly Funds[], fields?: PaymentFields): Transaction;
  /** A confirmed coin behind any lock. */
  locked(lock: Lock): Promise<Funds>;
  /** Everything that a refused block must leave as it was. */
  state(): Promise<unknown>;
  close(): Promise<void>;
}

const EXTRA_NONCE: readonly CoinbaseRecord[] = [{ tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(1) }];

export async function openRuleWorld(network: Network = REGTEST_NETWORK, blocks = 90): Promise<RuleWorld> {
  const clock = { seconds: 0 };
  const now = () => clock.seconds;
  const chain = await openTestChain({ network, clock: { ...systemClock, now } });
  const mined: Funds[] = [];
  chain.events.on('connected', ({ block }) => {
    clock.seconds = Math.max(clock.seconds, block.header.time + network.params.spacing);
    const funds = block.transactions[0]!.outputs.length > 0 ? coinbaseOf(block) : null;
    if (funds?.coin.amount === SUBSIDY && funds.coin.lock.join() === KEY.lock.lock.join()) mined.push(funds);
  });

  const world: RuleWorld = {
    chain,
    clock,
    nextHeight: () => chain.tip().height + 1,
    async mine(parts = {}) {
      const root = await chain.nextSnapshotRoot();
      const due = root ? [{ tag: RECORD_TAG.snapshotRoot, bytes: root }] : [];
      const header = { version: chain.nextVersion(), ...parts.header };
      return mineOn(chain, tipOf(chain), { records: [...EXTRA_NONCE, ...due], ...parts, header });
    },
    async extend(parts) {
      const block = await world.mine(parts);
      const outcome = await world.submit(block.bytes);
      if (outcome !== 'connected') throw new Error(`should have been accepted: ${outcome}`);
      return block;
    },
    async submit(bytes) {
      const result = await chain.submitBlock(bytes);
      return isViolation(result) ? result.code : result.status;
    },
    async twins(parts) {
      const broken = await world.mine(await parts(true));
      return { broken: broken.bytes, sound: (await world.mine(await parts(false))).bytes };
    },
    async until(fits) {
      while (!fits(world.nextHeight())) await world.extend();
    },
    async coin() {
      const { maturity } = network.params;
      while (!mined[0] || world.nextHeight() - mined[0].coin.height < maturity) await world.extend();
      return mined.shift()!;
    },
    spend(funds, { outputs, ...fields } = {}) {
      const amount = funds.reduce((sum, { coin }) => sum + coin.amount, 0);
      return pay(chain, funds, KEY.secret, outputs ?? [{ amount, lock: OTHER.lock }], fields);
    },
    async locked(lock) {
      const funds = await world.coin();
      const tx = world.spend([funds], { outputs: [{ amount: funds.coin.amount, lock }] });
      const { header } = await world.extend({ transactions: [tx] });
      const coin = { ...tx.outputs[0]!, height: header.height, coinbase: false };
      return { outpoint: { txid: tx.txid, index: 0 }, coin };
    },
    state: async () => ({ tip: chain.tip().id, totals: chain.totals(), set: await chain.setHash() }),
    close: () => chain.close(),
  };
  clock.seconds = network.genesis.header.time + network.params.spacing;
  for (let i = 0; i < blocks; i++) await world.extend();
  return world;
}
