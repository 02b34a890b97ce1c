/** Watch-only wallets, and payments that another computer signs. */
import { oc } from '@orpc/contract';
import * as z from 'zod';
import {
  address,
  count,
  draft,
  feerate,
  height,
  hex,
  hexOf,
  id,
  label,
  notice,
  password,
  total,
  u32,
  walletName,
} from './fields.ts';
import { GAP } from './vocabulary.ts';

/** Files cross the contract as hex. */
export const keysHex = hexOf(320_512, 'the public keys');

const paymentHex = hexOf(1_000_000, 'the payment');

/** Addition: the public keys of a wallet (docs/formats/public-keys.md), and how far they reach. */
export const exportedKeys = z.object({
  keys: hex,
  /** 20 hex digits that two people can compare. */
  fingerprint: hex,
  /** Number of keys of each chain. */
  receive: count,
  change: count,
  /** Unused keys after the highest used one, on the chain that has fewer. */
  ahead: count,
});

/** Addition: what a file of public keys contains. `wallet`: the wallet of this node with the same first key. */
export const inspectedKeys = z.object({
  name: z.string(),
  account: count,
  fingerprint: hex,
  receive: count,
  change: count,
  firstAddress: z.string(),
  wallet: z.string().nullable(),
});

/** Addition: an unsigned or signed payment of a file (docs/formats/unsigned-payment.md), as far as this node can check it. */
export const paymentFileView = z.object({
  /** The wallet of this node that has the coins; null if none is known to have them. */
  wallet: z.string().nullable(),
  /** Whether that wallet has private keys. */
  canSign: z.boolean(),
  txid: id,
  note: z.string(),
  fee: total,
  feerate,
  inputs: z.array(
    z.object({
      txid: id,
      index: u32,
      amount: total,
      address: z.string(),
      /** Whether the wallet is known to have its key. */
      own: z.boolean(),
    }),
  ),
  outputs: z.array(z.object({ address: z.string(), amount: total, change: z.boolean() })),
  expires: height,
  /** Number of inputs with all their signatures. */
  signed: count,
  complete: z.boolean(),
  /** For a shared wallet: who has signed. Empty for other wallets. */
  signers: z.array(z.object({ name: z.string(), own: z.boolean(), signed: z.boolean() })),
  warnings: z.array(notice),
});

/** Addition: `complete` is whether no signature is missing. */
export const signedPayment = z.object({ payment: hex, complete: z.boolean() });

export const paymentFilesContract = {
  /**
   * Addition: the public keys of a wallet for a watch-only wallet elsewhere. Asks for nothing secret. While the wallet is unlocked,
   * keys are derived until `ahead` are unused on each chain, by default 1 000; a locked wallet exports those that it knows.
   */
  exportKeys: oc
    .input(
      z.strictObject({
        name: walletName,
        ahead: z
          .int('must be a whole number of keys')
          .min(GAP.usual, `must be at least ${GAP.usual} keys`)
          .max(4000, 'must be at most 4000 keys')
          .optional(),
      }),
    )
    .output(exportedKeys),
  /** Addition: what a file of public keys contains; stores nothing. */
  inspectKeys: oc.input(z.strictObject({ keys: keysHex })).output(inspectedKeys),
  /** Addition: creates a watch-only wallet of exported public keys, or of a list of addresses. It has no password. */
  createWatchOnly: oc
    .input(
      z.union([
        z.strictObject({ name: walletName, keys: keysHex }),
        z.strictObject({
          name: walletName,
          addresses: z
            .array(address)
            .min(1, 'name at least one address')
            .max(1000, 'a list has at most 1000 addresses'),
        }),
      ]),
    )
    .output(z.object({ name: z.string(), firstAddress: z.string() })),
  /** Addition: gives a watch-only wallet a longer list of its public keys. Returns the numbers of keys that it has now. */
  addKeys: oc
    .input(z.strictObject({ name: walletName, keys: keysHex }))
    .output(z.object({ receive: count, change: count })),
  /** Addition: a draft as a file that another computer can sign. The draft stays. */
  exportPayment: oc
    .input(z.strictObject({ draft, note: label.optional() }))
    .output(z.object({ payment: hex })),
  /** Addition: what a payment file does; stores nothing. `name`: the wallet that shall sign it. */
  inspectPayment: oc
    .input(z.strictObject({ payment: paymentHex, name: walletName.optional() }))
    .output(paymentFileView),
  /**
   * Addition: signs a payment file. The node may be offline. The password may be left out while the wallet is unlocked. Not available to
   * the page of the desktop app.
   */
  signPayment: oc
    .input(z.strictObject({ name: walletName, payment: paymentHex, password: password.optional() }))
    .output(signedPayment),
  /**
   * Addition, desktop only: a native dialog shows the payment as the node reads it, and the node signs it if the user confirms. The
   * password may be left out while the wallet is unlocked.
   */
  approveSigning: oc
    .input(z.strictObject({ name: walletName, payment: paymentHex, password: password.optional() }))
    .output(signedPayment),
  /** Addition: one payment file with the signatures of several. */
  combinePayments: oc
    .input(z.strictObject({ payments: z.array(paymentHex).min(1).max(16) }))
    .output(signedPayment),
  /** Addition: sends a completely signed payment of a wallet of this node. The same payment is never sent twice. */
  broadcastPayment: oc.input(z.strictObject({ payment: paymentHex })).output(z.object({ txid: id })),
};

export type ExportedKeys = Readonly<z.infer<typeof exportedKeys>>;
export type InspectedKeys = Readonly<z.infer<typeof inspectedKeys>>;
export type PaymentFileView = z.infer<typeof paymentFileView>;
