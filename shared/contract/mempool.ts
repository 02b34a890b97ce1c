import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { count, feerate, givenId, id, limit, nothing, total, transactionHex, unixSeconds } from './fields.ts';

/** `floor` is the current minimum fee rate, in motes per byte. */
export const mempoolSummary = z.object({ count, bytes: count, floor: feerate });

export const mempoolEntry = z.object({
  txid: id,
  size: count,
  fee: total,
  /** Number of unconfirmed ancestors. */
  ancestors: count,
  /** When this node first saw the transaction. */
  time: unixSeconds,
});

/** Addition: the summary and the newest arrivals, newest first. */
export const mempoolView = mempoolSummary.extend({ newest: z.array(mempoolEntry) });

/** Recommended fee rates in whole motes per byte, by confirmation time. */
export const feerates = z.object({
  /** For confirmation in the next block. */
  next: feerate,
  /** For confirmation in about ten minutes. */
  soon: feerate,
  /** For confirmation within a day. */
  today: feerate,
});

/** A part of a whole, from 0 to 1. */
export const share = z.number().min(0).max(1);

/** The estimated odds that a payment is mined. */
export const minedOdds = z.object({
  /** Number of observed blocks that they are from. */
  observed: count,
  /** The share of such payments that is mined within this many blocks; none if too few blocks were observed. */
  chances: z.array(z.object({ blocks: count, share })),
});

/** How many transactions one request for a projection may name. */
const MAX_ASKED_PLACES = 100;
/** How many transactions of a projected block are listed, those that are mined first. */
export const MAX_PROJECTED_ENTRIES = 400;

const projectedBlock = z.object({
  count,
  bytes: count,
  /** The used share of the block, by bytes or by outputs, whichever is more. */
  full: z.number().min(0).max(1),
  fees: total,
  /** Fee rates of the transaction that pays least and of the one that pays most. */
  lowest: z.number(),
  highest: z.number(),
  /** The first of them, in the order of the block. */
  entries: z.array(z.object({ txid: id, size: count, fee: total })).max(MAX_PROJECTED_ENTRIES),
});

/** Addition: the next blocks as this node would mine them now, if no transaction arrived any more. */
export const mempoolProjection = z.object({
  /** Bytes of transactions that fit into a block. */
  capacity: count,
  /** At most three, the next one first. */
  blocks: z.array(projectedBlock),
  /** What is not in these blocks. */
  rest: z.object({ count, bytes: count }),
  /** How much pays which fee rate, lowest first: from `from` to below `to` motes per byte; the highest band has no end. */
  bands: z.array(z.object({ from: feerate, to: feerate.nullable(), count, bytes: count })),
  /**
   * The block of each named transaction, 1 for the next; beyond the blocks above an estimate. Null if it is not in the
   * mempool.
   */
  places: z.array(z.object({ txid: id, block: count.nullable() })),
});

export const mempoolContract = {
  summary: oc.input(nothing).output(mempoolSummary),
  /** Addition: the fee rates that this node recommends now; a payment without a fee rate gets `soon`. */
  feerates: oc.input(nothing).output(feerates),
  /** Addition: the next blocks and the distribution of fee rates; computed at most every two seconds. */
  projection: oc
    .input(
      z
        .strictObject({
          txids: z
            .array(givenId)
            .max(MAX_ASKED_PLACES, `name at most ${MAX_ASKED_PLACES} transactions`)
            .default([]),
        })
        .prefault({}),
    )
    .output(mempoolProjection),
  /** Transactions in order of txid. With `after`, those after this txid. */
  list: oc
    .input(z.strictObject({ limit, after: givenId.optional() }).prefault({}))
    .output(z.array(mempoolEntry)),
  submit: oc.input(z.strictObject({ hex: transactionHex })).output(z.object({ txid: id })),
  /** Addition: the current state immediately, and then after changes, at most twice per second. */
  watch: oc.input(nothing).output(eventIterator(mempoolView)),
};

export type MempoolEntryInfo = z.infer<typeof mempoolEntry>;
export type Feerates = Readonly<z.infer<typeof feerates>>;
export type MinedOdds = Readonly<z.infer<typeof minedOdds>>;
export type MempoolView = z.infer<typeof mempoolView>;
export type MempoolProjection = z.infer<typeof mempoolProjection>;
