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

export const mempoolContract = {
  summary: oc.input(nothing).output(mempoolSummary),
  /** Addition: the fee rates that this node recommends now; a payment without a fee rate gets `soon`. */
  feerates: oc.input(nothing).output(feerates),
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
