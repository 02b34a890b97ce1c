/** Payments of a wallet: from the receivers over the draft to the confirmation. */
import { oc } from '@orpc/contract';
import * as z from 'zod';
import {
  address,
  amount,
  coinNames,
  count,
  draft,
  feerate,
  givenId,
  height,
  id,
  label,
  notice,
  password,
  total,
  u32,
  walletName,
} from './fields.ts';
import { minedOdds, share } from './mempool.ts';
import { BATCH_SEPARATORS, FASTER } from './vocabulary.ts';

/**
 * A payment to prepare. The amount `all` (an addition) sends as much to a single receiver as one transaction can spend,
 * less the fee. `feerate` is in motes per byte. `expires` is a height, 0 for never, by default one day from now.
 */
export const payment = z.strictObject({
  name: walletName,
  to: z
    .array(
      z.strictObject({
        address,
        amount: z.union([amount, z.literal('all')]),
        /** Addition: becomes the label of the address when the payment is sent. */
        label: label.optional(),
      }),
    )
    .min(1, 'name at least one receiver')
    .max(1000, 'a payment has at most 1000 receivers'),
  feerate: feerate.optional(),
  expires: height.optional(),
  /** The coins to spend; by default the wallet chooses, and never chooses frozen ones. */
  coins: coinNames.optional(),
});

/** Addition: coins to combine into one. Without `coins`, the smallest that are worth it. */
export const consolidation = z.strictObject({
  name: walletName,
  coins: coinNames.optional(),
  feerate: feerate.optional(),
});

/** Addition: a row of a table of payments. `problem` is null if it can be paid; then it has address and amount. */
export const batchRow = z.object({
  /** The line of the text where the row begins, from 1 on. */
  line: count,
  /** The cells as they were given. */
  cells: z.object({
    to: z.string(),
    amount: z.string(),
    label: z.string(),
    /** The cells beyond the columns of the table; such a row cannot be paid. */
    extra: z.array(z.string()),
  }),
  address: z.string().nullable(),
  amount: amount.nullable(),
  label: z.string(),
  problem: notice.nullable(),
  /** What the user should know, such as that an earlier row has the same address. */
  notes: z.array(notice),
});

/** Addition: the rows of a table, how many cannot be paid, and the sum of those that can. */
export const batchReport = z.object({
  rows: z.array(batchRow),
  wrong: count,
  total,
  /** What stands between the cells. */
  separator: z.enum(BATCH_SEPARATORS),
  /** Whether the first row of the text names the columns. */
  hasHeader: z.boolean(),
});

/** A pending payment to speed up, to cancel, or to bump. */
export const fasterPayment = z.strictObject({
  name: walletName,
  txid: givenId,
  how: z.enum(FASTER),
  feerate: feerate.optional(),
});

/** The estimated odds of a payment that replaces or pays for another one. */
export const paymentOdds = minedOdds.extend({
  /** The fee rate that counts: of the payment alone, or with its ancestors in no block, if that is lower. */
  feerate,
  /**
   * Of a cancellation: the share of the cases in which a block has the first payment, because it is found before the
   * cancellation reaches its miner. Already deducted from `chances`. Null if it is not known; absent for what cancels nothing.
   */
  tooLate: share.nullable().optional(),
  /** All of it in words, with what it assumes. */
  sentence: z.string(),
});

/** Everything that the user must see before confirming. An unused draft expires after ten minutes. */
export const draftPayment = z.object({
  draft,
  fee: total,
  feerate,
  inputs: z.array(z.object({ txid: id, index: u32, amount: total })),
  outputs: z.array(
    z.object({
      address: z.string(),
      amount: total,
      /** Whether the output is change. */
      change: z.boolean(),
      /** Addition: the name of the contact with this address; absent if there is none. */
      contact: z.string().optional(),
      /** Addition: true if no payment was sent to this address since the contact was added or renamed. */
      contactIsNew: z.literal(true).optional(),
    }),
  ),
  expires: height,
  /** Addition: the txid of the unconfirmed payment that this one replaces; null for none. */
  replaces: id.nullable(),
  /** Addition: whether the request named the coins. */
  coinsChosen: z.boolean(),
  warnings: z.array(notice),
  /** Addition: of a payment of `prepareFaster`. */
  odds: paymentOdds.optional(),
});

/** Addition: what a payment would cost now. */
export const quote = z.object({
  /** What the receivers get together; for the amount `all`, the largest possible. */
  amount: total,
  fee: total,
  feerate,
  /** Amount of the change output; 0 for none. */
  change: total,
  /** Number of coins that are spent. */
  inputs: count,
});

/**
 * Addition: a receiver that was read from an address or a payment link. `own`: it is an address of a wallet of this
 * node.
 */
export const target = z.object({
  /** In its canonical form. */
  address: z.string(),
  amount: amount.optional(),
  label: z.string().optional(),
  own: z.boolean(),
});

export const paymentContract = {
  /**
   * Addition: the fee of a payment before it is prepared; keeps nothing. `prepare` with the same fee rate has the same
   * fee, unless the wallet or the tip changed. Fails as `prepare` does.
   */
  quote: oc.input(payment).output(quote),
  prepare: oc.input(payment).output(draftPayment),
  /**
   * Addition: reads a table of payments, such as a CSV file, and reports each row; keeps nothing. Columns: an address, a
   * payment link or the name of a contact; the amount in KITH; a label. At most 1000 rows.
   */
  readBatch: oc
    .input(
      z.strictObject({
        text: z.string().max(1_000_000, 'the table is longer than 1\u202f000\u202f000 characters'),
      }),
    )
    .output(batchReport),
  /**
   * Addition: prepares what makes an unconfirmed payment of the history faster, or takes it back. `speed-up`: the same
   * payment with a higher fee. `cancel`: its coins go back to the wallet. Both replace the payment, which must be of this
   * wallet. `bump`: a payment to this wallet that spends an incoming one, with a fee for both. `feerate`: of the
   * replacement, or of both payments together; by default that of the next block. The draft has the estimated `odds`.
   */
  prepareFaster: oc.input(fasterPayment).output(draftPayment),
  /**
   * Addition: prepares a payment that combines coins into one of an own address that was never used, for fewer inputs
   * later. `feerate`: by default that of a payment that may wait for a day.
   */
  prepareConsolidation: oc.input(consolidation).output(draftPayment),
  /** Refused for the page of the desktop app, where a native dialog confirms the payment. */
  confirm: oc
    .input(
      z.strictObject({
        draft,
        /** Addition: may be left out while the wallet is unlocked. */
        password: password.optional(),
      }),
    )
    .output(z.object({ txid: id })),
  /**
   * Addition, desktop only: a native dialog shows the draft as the node has it, and the node sends it if the user
   * confirms. The password may be left out while the wallet is unlocked. `pasted`: the text that the user pasted as the
   * receiver; the dialog warns if the clipboard has another address by then.
   */
  approve: oc
    .input(z.strictObject({ draft, password: password.optional(), pasted: z.string().max(8000).optional() }))
    .output(z.object({ txid: id })),
  /** Not available to the page of the desktop app. */
  send: oc.input(payment.extend({ password })).output(z.object({ txid: id, fee: total })),
  /** Addition: parses an address or a payment link (`kith:…`). */
  checkAddress: oc.input(z.strictObject({ text: z.string().max(8000) })).output(target),
};

export type BatchReport = Readonly<z.infer<typeof batchReport>>;
export type BatchRow = Readonly<z.infer<typeof batchRow>>;
export type Consolidation = z.infer<typeof consolidation>;
export type FasterPayment = z.infer<typeof fasterPayment>;
export type Payment = z.infer<typeof payment>;
export type DraftPayment = z.infer<typeof draftPayment>;
export type PaymentOdds = Readonly<z.infer<typeof paymentOdds>>;
export type Quote = Readonly<z.infer<typeof quote>>;
export type PaymentTarget = z.infer<typeof target>;
