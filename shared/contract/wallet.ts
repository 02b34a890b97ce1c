import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { MAX_ROLLS } from '../dice.ts';
import { backupContract, verifiedBackup } from './backup.ts';
import { exportContract } from './export.ts';
import { walletSettingsContract } from './wallet-settings.ts';
import {
  address,
  amount,
  change,
  count,
  done,
  feerate,
  givenId,
  height,
  hex,
  hexOf,
  id,
  label,
  limit,
  nothing,
  notice,
  password,
  seconds,
  total,
  u32,
  unixSeconds,
  walletName,
} from './fields.ts';
import {
  BATCH_SEPARATORS,
  ADDRESS_CHAINS,
  ADDRESS_SORTS,
  ADDRESS_STATES,
  COIN_KINDS,
  COIN_SORTS,
  COIN_STATES,
  FASTER,
  GAP,
  HISTORY_KINDS,
  HISTORY_STATES,
  ORDERS,
  PROOF_STATES,
  RECEIVE_REQUEST_STATES,
  SETUP_KINDS,
  WALLET_KINDS,
} from './vocabulary.ts';

const words = z.union([z.literal(12), z.literal(24)], { error: 'a recovery phrase has 12 or 24 words' });
/** Room for 24 words of at most 8 letters each, with numbers, bullets and invisible characters between them. */
const mnemonic = z
  .string()
  .min(1, 'the recovery phrase is missing')
  .max(4000, 'this is too long to be a recovery phrase');
const passphrase = z.string().max(1024, 'the passphrase is longer than 1024 characters');
/** Gap limit: unused addresses in a row that a restore searches. */
const gap = z
  .int('the gap must be a whole number of addresses')
  .min(GAP.usual, `the gap is at least ${GAP.usual} addresses`)
  .max(GAP.most, `the gap is at most ${GAP.most} addresses`);
const message = z.string().max(10_000, 'the message is longer than 10\u202f000 characters');
const draft = z.string().min(1).max(128);
const coinNames = z
  .array(z.strictObject({ txid: givenId, index: u32 }))
  .min(1, 'choose at least one coin')
  .max(1000, 'a payment spends at most 1000 coins');
/** Part of a label, address or txid. */
const search = z.string().max(200, 'the search is longer than 200 characters');
/** Number of items before the first of a page. */
const skip = z.int().min(0).max(1_000_000).default(0);
const named = z.strictObject({ name: walletName });

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

/**
 * Addition: what the coin list asks for. `search` finds parts of labels and addresses, and the beginning of a txid, in any
 * case. `state` `frozen` finds the frozen coins in any state.
 */
export const coinQuery = z.strictObject({
  name: walletName,
  state: z.enum(COIN_STATES).optional(),
  search: search.optional(),
  sort: z.enum(COIN_SORTS).default('time'),
  order: z.enum(ORDERS).default('descending'),
  skip,
  limit,
});

/** Addition: a coin of a wallet that no pending payment spends. */
export const ownCoin = z.object({
  txid: id,
  index: u32,
  amount: total,
  address: z.string(),
  /** Of its block; both null before it is mined. */
  height: height.nullable(),
  time: unixSeconds.nullable(),
  confirmations: count,
  /** `frozen` is a state of a coin that could be spent otherwise; others keep their state. */
  state: z.enum(COIN_STATES),
  frozen: z.boolean(),
  kind: z.enum(COIN_KINDS),
  /** The label of its payment, or else that of its address; empty for none. */
  label: z.string(),
  /** The height from which on an immature coin can be spent; null for other coins. */
  matureAt: height.nullable(),
});

/** Addition: one page of the coin list, and the number and sum of all coins that match the query. */
export const coinPage = z.object({ coins: z.array(ownCoin), count, sum: total });

/**
 * Addition: what the list of addresses asks for: those of one chain that were issued or paid. `search` finds parts of
 * labels and addresses in any case.
 */
export const addressQuery = z.strictObject({
  name: walletName,
  chain: z.enum(ADDRESS_CHAINS).default('receive'),
  state: z.enum(ADDRESS_STATES).optional(),
  search: search.optional(),
  sort: z.enum(ADDRESS_SORTS).default('index'),
  order: z.enum(ORDERS).default('descending'),
  skip,
  limit,
});

/** Addition: an address of a wallet. */
export const ownAddress = z.object({
  address: z.string(),
  /** Its index in its chain, from 0 on. */
  index: u32,
  state: z.enum(ADDRESS_STATES),
  /** Number of payments that paid it, and their sum, pending ones included. */
  payments: count,
  received: total,
  /** The coins that it has now. */
  balance: total,
  label: z.string(),
});

/** Addition: one page of addresses, and the number and the balance of all that match. `gap`: see `rescan`. */
export const addressPage = z.object({
  addresses: z.array(ownAddress),
  count,
  balance: total,
  gap: count,
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
  /** Addition: the txid of the payment that replaced this one, if the wallet knows it. */
  replacedBy: id.nullable(),
  /** Addition: the receivers of a sent payment, or the own addresses that a received payment paid. */
  addresses: z.array(z.string()),
});

/** Addition: what a valid proof says, and where this node finds its payment. */
export const proofVerdict = z.object({
  txid: id,
  receiver: z.string(),
  /** What the receiver gets in this payment. */
  amount: total,
  challenge: z.string(),
  /**
   * The addresses of the coins that were spent, whose keys have signed the proof. While `state` is `unknown`, only the
   * proof says that these are the coins.
   */
  senders: z.array(z.string()),
  state: z.enum(PROOF_STATES),
  block: id.nullable(),
  height: height.nullable(),
  /** The time of the block. */
  time: unixSeconds.nullable(),
  confirmations: count,
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
});

/** Files cross the contract as hex. */
const keysHex = hexOf(320_512, 'the public keys');
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

/** Addition: what a set-up file says (docs/formats/wallet-setup.md). */
export const setupView = z.object({
  kind: z.enum(SETUP_KINDS),
  /** Number of people who must sign; 1 unless shared. */
  m: count,
  /** The height of the time lock; 0 for a shared wallet. */
  height,
  /** 40 hex digits that all people compare. */
  fingerprint: hex,
  people: z.array(
    z.object({
      name: z.string(),
      account: count,
      /** 20 hex digits of the public keys that the set-up has of this person. */
      fingerprint: hex,
      /** The wallet of this node with these keys. */
      wallet: z.string().nullable(),
    }),
  ),
  /** Number of addresses that it can give out. */
  keys: count,
  /** Number of keys for change. */
  changeKeys: count,
  firstAddress: z.string(),
});

/** Addition: an account of a recovery phrase that has coins, or a wallet here. */
export const foundAccount = z.object({
  account: count,
  coins: count,
  amount: total,
  wallet: z.string().nullable(),
});

const people = z
  .array(keysHex)
  .min(1, 'name at least one other person')
  .max(6, 'must have at most 6 other people');
/** What an unused wallet becomes. `keys`: the public keys of the other people. */
const setupRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('shared'), m: z.int().min(1).max(7), keys: people }),
  z.strictObject({ kind: z.literal('savings'), height }),
  z.strictObject({
    kind: z.literal('inheritance'),
    height,
    role: z.enum(['owner', 'heir']),
    keys: people.max(1, 'must have one other person'),
  }),
]);
const setupHex = hexOf(500_000, 'the set-up');
const withPassword = z.strictObject({ name: walletName, password });

/** Addition: `complete` is whether no signature is missing. */
export const signedPayment = z.object({ payment: hex, complete: z.boolean() });

/** Addition: data of a wallet screen. `revision` increases with every change of the history. */
export const walletView = z.object({
  name: z.string(),
  locked: z.boolean(),
  balance,
  revision: count,
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
   * replacement, or of both payments together; by default that of the next block.
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
  /** Payments, newest first. With `after`, those after this txid. */
  history: oc
    .input(z.strictObject({ name: walletName, limit, after: givenId.optional() }))
    .output(z.array(historyEntry)),
  /** Addition: the coins of a wallet that no pending payment spends. */
  coins: oc.input(coinQuery).output(coinPage),
  /** Addition: the addresses of a wallet. The first call after a start reads the whole history once. */
  addresses: oc.input(addressQuery).output(addressPage),
  /** Addition: freezes coins, so that no payment spends them, or unfreezes them. */
  freeze: oc.input(z.strictObject({ name: walletName, coins: coinNames, frozen: z.boolean() })).output(done),
  /**
   * Addition: the first address of a recovery phrase, to check before a restore; stores nothing. `wallet` is the name
   * of the wallet of this node with the same keys.
   */
  inspect: oc
    .input(z.strictObject({ mnemonic, passphrase: passphrase.optional() }))
    .output(z.object({ firstAddress: z.string(), wallet: z.string().nullable() })),
  /** Addition: parses an address or a payment link (`kith:…`). */
  checkAddress: oc.input(z.strictObject({ text: z.string().max(8000) })).output(target),
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
  /** Addition: signs a message with the key of one of the wallet's addresses; 64 bytes. */
  signMessage: oc
    .input(z.strictObject({ name: walletName, password, address, message }))
    .output(z.object({ signature: hex })),
  /** Addition: whether the owner of an address signed a message. */
  verifyMessage: oc
    .input(z.strictObject({ address, message, signature: z.string().max(256) }))
    .output(z.object({ valid: z.boolean() })),
  /**
   * Additions: a proof of a payment of this wallet to one of its receivers, for a person who named the challenge
   * (docs/formats/payment-proof.md). `receiver` may be left out if there is one only.
   */
  provePayment: oc
    .input(
      z.strictObject({
        name: walletName,
        password,
        txid: givenId,
        receiver: address.optional(),
        challenge: label.refine((text) => text !== '', 'the challenge is empty'),
      }),
    )
    .output(z.object({ proof: z.string() })),
  /** Checks the signatures of a proof, and looks for its payment in the chain and the mempool of this node. */
  verifyProof: oc.input(z.strictObject({ proof: z.string().max(600_000) })).output(proofVerdict),
  /**
   * Addition: reads the chain again from a height on. With a larger `gap` than before it finds payments to addresses
   * that another program used beyond the default gap; the wallet must be unlocked for that.
   */
  rescan: oc
    .input(z.strictObject({ name: walletName, fromHeight: height.default(0), gap: gap.optional() }))
    .output(done),
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
  /** Addition: signs a payment file. The node may be offline. Not available to the page of the desktop app. */
  signPayment: oc
    .input(z.strictObject({ name: walletName, payment: paymentHex, password }))
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
  /**
   * Addition: a wallet of a further account of the recovery phrase of `from`, with the same password. Without `account` the first that
   * no wallet here has.
   */
  createAccount: oc
    .input(z.strictObject({ from: walletName, name: walletName, password, account: u32.optional() }))
    .output(z.object({ name: z.string(), account: count, firstAddress: z.string() })),
  /** Addition: the accounts 0 to 20 of a recovery phrase that have coins, or a wallet here. */
  findAccounts: oc.input(withPassword).output(z.array(foundAccount)),
  /** Addition: turns an unused wallet into a shared, savings or inheritance wallet. */
  createSetup: oc.input(withPassword.extend({ setup: setupRequest })).output(z.object({ setup: hex })),
  /** Addition: the same with the set-up that another person created. */
  joinSetup: oc.input(withPassword.extend({ setup: setupHex })).output(done),
  /** Addition: the set-up of a wallet; with the recovery phrase it restores the wallet. */
  exportSetup: oc.input(named).output(z.object({ setup: hex })),
  /** Addition: what a set-up says; stores nothing. */
  inspectSetup: oc.input(z.strictObject({ setup: setupHex })).output(setupView),
  /** Addition: sends a completely signed payment of a wallet of this node. The same payment is never sent twice. */
  broadcastPayment: oc.input(z.strictObject({ payment: paymentHex })).output(z.object({ txid: id })),
  /** Addition: the current state immediately, and then after changes, at most twice per second. */
  watch: oc.input(named).output(eventIterator(walletView)),
};

export type Balance = z.infer<typeof balance>;
export type AddressQuery = z.infer<typeof addressQuery>;
export type AddressPage = Readonly<z.infer<typeof addressPage>>;
export type OwnAddressEntry = Readonly<z.infer<typeof ownAddress>>;
export type BatchReport = Readonly<z.infer<typeof batchReport>>;
export type BatchRow = Readonly<z.infer<typeof batchRow>>;
export type CoinQuery = z.infer<typeof coinQuery>;
export type CoinPage = Readonly<z.infer<typeof coinPage>>;
export type OwnCoinEntry = Readonly<z.infer<typeof ownCoin>>;
export type Consolidation = z.infer<typeof consolidation>;
export type DeletedWallet = Readonly<z.infer<typeof deletedWallet>>;
export type FasterPayment = z.infer<typeof fasterPayment>;
export type Payment = z.infer<typeof payment>;
export type DraftPayment = z.infer<typeof draftPayment>;
export type Quote = Readonly<z.infer<typeof quote>>;
export type ProofVerdict = z.infer<typeof proofVerdict>;
export type ReceiveRequest = z.infer<typeof receiveRequest>;
export type PaymentTarget = z.infer<typeof target>;
export type HistoryEntry = z.infer<typeof historyEntry>;
export type ListedWallet = Readonly<z.infer<typeof listedWallet>>;
export type ExportedKeys = Readonly<z.infer<typeof exportedKeys>>;
export type InspectedKeys = Readonly<z.infer<typeof inspectedKeys>>;
export type PaymentFileView = z.infer<typeof paymentFileView>;
export type SetupView = z.infer<typeof setupView>;
export type FoundAccount = z.infer<typeof foundAccount>;
export type WalletView = z.infer<typeof walletView>;
