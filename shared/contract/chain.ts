import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import {
  blockHex,
  count,
  givenId,
  height,
  hex,
  id,
  nothing,
  total,
  u32,
  unixSeconds,
  work,
} from './fields.ts';
import { SUBMIT_STATUSES, UPGRADE_STATES } from './vocabulary.ts';

export const tip = z.object({ id, height, time: unixSeconds, work });

export const header = z.object({
  id,
  height,
  prev: id,
  merkle: id,
  time: unixSeconds,
  /** Compact target. */
  bits: u32,
  nonce: u32,
  version: u32,
  hex,
  /** Cumulative work up to and with this block. */
  work,
  /** 1 for the tip; 0 if the block is not on the active chain. */
  confirmations: count,
});

export const block = header.extend({
  /** Size in bytes. */
  size: count,
  /** Txids in block order. */
  transactions: z.array(id),
  /** The whole block, not only its header. */
  hex,
});

/** An input. `amount` and `address` are null if the node does not know the coin that it spends. */
export const transactionInput = z.object({
  txid: id,
  index: u32,
  amount: total.nullable(),
  address: z.string().nullable(),
});

/** `address` is null for a burn. */
export const transactionOutput = z.object({
  amount: total,
  lockType: z.int().min(0).max(255),
  lock: hex,
  address: z.string().nullable(),
});

export const transaction = z.object({
  txid: id,
  wid: id,
  hex,
  size: count,
  fee: total.nullable(),
  inputs: z.array(transactionInput),
  outputs: z.array(transactionOutput),
  /** Id of the block that contains it; null while it is in the mempool. */
  block: id.nullable(),
  height: height.nullable(),
  confirmations: count,
  /** Addition: the fields of the transaction itself. */
  version: u32,
  validFrom: height,
  expires: height,
  /** Addition: when this node took it into its mempool; null in a block, because the mempool forgets it then. */
  firstSeen: unixSeconds.nullable(),
});

export const coin = z.object({
  amount: total,
  lockType: z.int().min(0).max(255),
  lock: hex,
  height,
  coinbase: z.boolean(),
});

export const chainEvent = z.object({ type: z.enum(['connected', 'disconnected']), id, height });

/** `setHash` covers every coin in the order of outpoints. Computing it reads the whole UTXO set. */
export const chainStats = z.object({ coins: count, total, issued: total, burned: total, setHash: id });

/** Addition: one row of a block list. */
export const blockSummary = z.object({
  id,
  height,
  time: unixSeconds,
  /** Compact target. */
  bits: u32,
  /** Null if the body was pruned. */
  size: count.nullable(),
  transactions: count.nullable(),
  /** The sum of the coinbase's outputs in motes, and its first address. */
  reward: total.nullable(),
  miner: z.string().nullable(),
});

/** Addition: the signals in block versions, and the state of each soft fork. */
export const chainUpgrades = z.object({
  period: count,
  /** Number of signals per period that locks in a soft fork. */
  threshold: count,
  /** The first block of the current period, and the number of its blocks so far. */
  periodStart: height,
  blocks: count,
  /** Number of newest blocks that `recent` counts. */
  window: count,
  upgrades: z.array(
    z.object({
      name: z.string(),
      bit: count,
      state: z.enum(UPGRADE_STATES),
      since: height,
      /** The first block under the new rule; null while it is undecided. */
      activeAt: height.nullable(),
      /** Blocks that signal it, in the current period and among the newest blocks. */
      signalled: count,
      recent: count,
    }),
  ),
  /** Signalled bits that belong to no known deployment. */
  unknown: z.array(z.object({ bit: count, recent: count })),
});

const byIdOrHeight = z.union([z.strictObject({ id: givenId }), z.strictObject({ height })], {
  error: 'give either {"id": 64 hex digits} or {"height": number}',
});

export const chainContract = {
  tip: oc.input(nothing).output(tip),
  header: oc.input(byIdOrHeight).output(header),
  block: oc.input(byIdOrHeight).output(block),
  transaction: oc.input(z.strictObject({ txid: givenId })).output(transaction),
  /** The coin; null if it does not exist or is spent at the tip. */
  coin: oc.input(z.strictObject({ txid: givenId, index: u32 })).output(coin.nullable()),
  submit: oc
    .input(z.strictObject({ hex: blockHex }))
    .output(z.object({ id, status: z.enum(SUBMIT_STATUSES) })),
  /** Every connected and disconnected block, in order. */
  watch: oc.input(nothing).output(eventIterator(chainEvent)),
  stats: oc.input(nothing).output(chainStats),
  /** Addition: what the next block must have. Each block has a target of its own. */
  next: oc.input(nothing).output(z.object({ height, bits: u32 })),
  /** Addition. */
  upgrades: oc.input(nothing).output(chainUpgrades),
  /** Addition: blocks of the active chain below `before` (by default the tip), newest first. */
  recent: oc
    .input(
      z.strictObject({ limit: z.int().min(1).max(200).default(20), before: height.optional() }).prefault({}),
    )
    .output(z.array(blockSummary)),
};

export type Tip = z.infer<typeof tip>;
export type HeaderInfo = z.infer<typeof header>;
export type BlockInfo = z.infer<typeof block>;
export type TransactionInfo = z.infer<typeof transaction>;
export type TransactionOutputInfo = z.infer<typeof transactionOutput>;
export type CoinInfo = z.infer<typeof coin>;
export type ChainEvent = z.infer<typeof chainEvent>;
export type ChainStats = z.infer<typeof chainStats>;
export type BlockSummary = z.infer<typeof blockSummary>;
export type ChainUpgrades = z.infer<typeof chainUpgrades>;
export type ByIdOrHeight = z.infer<typeof byIdOrHeight>;
