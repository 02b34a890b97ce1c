import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { MAX_ROLLS } from '../dice.ts';
import { backupContract, verifiedBackup } from './backup.ts';
import { exportContract } from './export.ts';
import { walletSettingsContract } from './wallet-settings.ts';
import { walletListsContract } from './wallet-lists.ts';
import { gap, walletSearch, walletSearchContract } from './wallet-search.ts';
import { paymentContract } from './payment.ts';
import { paymentFilesContract } from './payment-files.ts';
import { setupsContract } from './setups.ts';
import { propagationContract } from './propagation.ts';
import { proofsContract } from './proofs.ts';
import {
  address,
  amount,
  change,
  count,
  done,
  givenId,
  height,
  id,
  label,
  limit,
  named,
  nothing,
  password,
  seconds,
  total,
  unixSeconds,
  walletName,
} from './fields.ts';
import { HISTORY_KINDS, HISTORY_STATES, RECEIVE_REQUEST_STATES, WALLET_KINDS } from './vocabulary.ts';

const words = z.union([z.literal(12), z.literal(24)], { error: 'a recovery phrase has 12 or 24 words' });

/** Room for 24 words of at most 8 letters each, with numbers, bullets and invisible characters between them. */
const mnemonic = z
  .string()
  .min(1, 'the recovery phrase is missing')
  .max(4000, 'this is too long to be a recovery phrase');

const passphrase = z.string().max(1024, 'the passphrase is longer than 1024 characters');

/**
 * All figures in motes, valid at `asOfHeight`. What the wallet holds after everything pending is mined is `available` +
 * `frozen` + `pendingChange` + `pendingIn` + `immature`, which is also `confirmed` + `pending` + `immature`.
 */
export const balance = z.object({
  /** Mature coins in blocks that no unconfirmed payment of the wallet spends. */
  confirmed: total,
  /** Unconfirmed coins, own change included. */
  pending: change,
  /** Mining rewards that cannot be spent yet. */
  immature: total,
  /**
   * Addition: what can be spent now: `confirmed`, and own change that may be spent before it is mined, both without
   * frozen coins.
   */
  available: total,
  /** Addition: coins that the user froze, and that could be spent or are own change otherwise. */
  frozen: total,
  /** Addition: own change that must be mined before it can be spent. */
  pendingChange: total,
  /** Addition: unconfirmed payments from other wallets. */
  pendingIn: total,
  /** Addition: what unconfirmed payments of the wallet pay to others, with their fees. */
  pendingOut: total,
  asOfHeight: height,
});

export const historyEntry = z.object({
  txid: id,
  /** The time of its block. Before it is mined, the time when this node first received it. */
  time: unixSeconds,
  /** The change of the wallet in motes, including the fee. */
  amount: change,
  /** Null if the node cannot know it, because inputs belong to other wallets. */
  fee: total.nullable(),
  state: z.enum(HISTORY_STATES),
  height: height.nullable(),
  confirmations: count,
  expires: height,
  label: z.string(),
  /**
   * "Seen by n of m": the number of connected peers that requested it from this node or announced it to this node. Null
   * for payments of other wallets.
   */
  seenBy: count.nullable(),
  ofPeers: count.nullable(),
  /** Addition. */
  kind: z.enum(HISTORY_KINDS),
  /**
   * Addition: the txid of the payment of the wallet that replaced this one, or that was mined with one of its coins; null if
   * there is none.
   */
  replacedBy: id.nullable(),
  /** Addition: the receivers of a sent payment, or the own addresses that a received payment paid. */
  addresses: z.array(z.string()),
  /** Addition: what the payment pays to each of these addresses, in the same order. */
  amounts: z.array(total),
});

/** Addition: `firstAddress` identifies the keys of the wallet. */
export const deletedWallet = z.object({ name: z.string(), firstAddress: z.string(), createdAt: unixSeconds });

/**
 * A wallet whose file cannot be opened is listed as locked. Addition: `phraseChecked` is false for a new wallet until
 * `markPhraseChecked`: its recovery phrase has not been written down yet.
 */
export const listedWallet = z.object({
  name: z.string(),
  locked: z.boolean(),
  phraseChecked: z.boolean(),
  /** Addition. A watch-only wallet is always listed as locked. */
  kind: z.enum(WALLET_KINDS),
  /** Addition: the last verified backup file; null for none. */
  backup: verifiedBackup.nullable(),
  /** Addition: the first height of a block that may spend its coins, by their locks; 0 for any. */
  spendableFrom: height,
  /** Addition: whether it watches a list of addresses, and so has no keys for new ones. */
  fixedAddresses: z.boolean(),
});

/** Addition: data of a wallet screen. `revision` increases with every change of the history. */
export const walletView = z.object({
  name: z.string(),
  locked: z.boolean(),
  balance,
  revision: count,
  /** Addition: how far the wallet has searched the chain. */
  search: walletSearch,
  /** The newest 20, newest first. */
  latest: z.array(historyEntry),
});

/** Addition: a request to be paid, with a receiving address of its own. */
export const receiveRequest = z.object({
  address: z.string(),
  /** Null: the payer chooses. */
  amount: amount.nullable(),
  label: z.string(),
  createdAt: unixSeconds,
  /** Null for never. The address stays valid: a request that expired can still be paid. */
  expires: unixSeconds.nullable(),
  state: z.enum(RECEIVE_REQUEST_STATES),
  /** What was paid to its address, pending payments included. */
  received: total,
  /** The payments to its address, newest first; `height` is null while a payment is in no block. */
  payments: z.array(z.object({ txid: id, amount: total, height: height.nullable() })),
  /** The payment link to send to the payer. */
  link: z.string(),
});

export const walletContract = {
  ...walletListsContract,
  ...paymentContract,
  ...paymentFilesContract,
  ...setupsContract,
  ...proofsContract,
  ...propagationContract,
  /** The recovery phrase is returned once, and never again without the password. */
  create: oc
    .input(
      z.strictObject({
        name: walletName,
        password,
        words: words.default(24),
        /** Addition: rolls of a die, digits 1 to 6, from which alone the recovery phrase is made. */
        dice: z
          .string()
          .max(4 * MAX_ROLLS, 'these are too many rolls')
          .optional(),
        /** Addition: a restore needs it beside the recovery phrase. */
        passphrase: passphrase.optional(),
      }),
    )
    .output(z.object({ name: z.string(), mnemonic: z.string() })),
  /**
   * `gap` is an addition. Addition: with `onlyNew` the restore fails with `wallet-keys-known` if a wallet of this
   * node has the same keys; without it, `node.status` warns about both (`wallet-keys-twice`). `inspect` checks it in
   * advance.
   */
  restore: oc
    .input(
      z.strictObject({
        name: walletName,
        password,
        mnemonic,
        passphrase: passphrase.optional(),
        gap: gap.optional(),
        onlyNew: z.boolean().optional(),
      }),
    )
    .output(z.object({ name: z.string(), firstAddress: z.string() })),
  ...backupContract,
  ...walletSettingsContract,
  ...walletSearchContract,
  ...exportContract,
  list: oc.input(nothing).output(z.array(listedWallet)),
  /** Addition: the list immediately, and later after changes by any client, at most 4 times per second. */
  watchList: oc.input(nothing).output(eventIterator(z.array(listedWallet))),
  /** Addition: wallets whose file was deleted and whose previous version is still in the data directory. */
  deleted: oc.input(nothing).output(z.array(deletedWallet)),
  /** Addition: restores a deleted wallet with its old password. */
  undelete: oc.input(named).output(done),
  unlock: oc
    .input(
      z.strictObject({
        name: walletName,
        password,
        seconds: seconds.max(86_400, 'must be at most 86\u202f400 seconds, which is a day').optional(),
      }),
    )
    .output(done),
  lock: oc.input(named).output(done),
  balance: oc.input(named).output(balance),
  /** The current unused address. */
  address: oc.input(named).output(z.object({ address: z.string() })),
  newAddress: oc
    .input(z.strictObject({ name: walletName, label: label.optional() }))
    .output(z.object({ address: z.string() })),
  /** Additions: payment requests, newest first. */
  requests: oc.input(named).output(z.array(receiveRequest)),
  /** `seconds` until it expires; left out, it does not expire. */
  createRequest: oc
    .input(
      z.strictObject({
        name: walletName,
        amount: amount.optional(),
        label: label.optional(),
        seconds: seconds.optional(),
      }),
    )
    .output(receiveRequest),
  /** Its address stays an address of the wallet. */
  deleteRequest: oc.input(z.strictObject({ name: walletName, address })).output(done),
  /** Payments, newest first. With `after`, those after this txid. */
  history: oc
    .input(z.strictObject({ name: walletName, limit, after: givenId.optional() }))
    .output(z.array(historyEntry)),
  /**
   * Addition: the first address of a recovery phrase, to check before a restore; stores nothing. `wallet` is the name
   * of the wallet of this node with the same keys.
   */
  inspect: oc
    .input(z.strictObject({ mnemonic, passphrase: passphrase.optional() }))
    .output(z.object({ firstAddress: z.string(), wallet: z.string().nullable() })),
  /** Addition: labels a payment (txid) or an address; an empty label removes it. */
  setLabel: oc.input(z.strictObject({ name: walletName, subject: address, label })).output(done),
  /** Addition: the user has written down the recovery phrase, and the page has asked for some of its words. */
  markPhraseChecked: oc.input(named).output(done),
  /** Addition: the recovery phrase. */
  words: oc
    .input(z.strictObject({ name: walletName, password }))
    .output(z.object({ mnemonic: z.string(), passphrase: z.string() })),
  /** Addition: changes the password. Copies of the old file can still be opened with the old password. */
  changePassword: oc.input(z.strictObject({ name: walletName, password, next: password })).output(done),
  /** Addition: the current state immediately, and then after changes, at most twice per second. */
  watch: oc.input(named).output(eventIterator(walletView)),
};

export type Balance = z.infer<typeof balance>;
export type DeletedWallet = Readonly<z.infer<typeof deletedWallet>>;
export type ReceiveRequest = z.infer<typeof receiveRequest>;
export type HistoryEntry = z.infer<typeof historyEntry>;
export type ListedWallet = Readonly<z.infer<typeof listedWallet>>;
export type WalletView = z.infer<typeof walletView>;
