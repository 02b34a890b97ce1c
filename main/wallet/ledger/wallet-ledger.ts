/**
 * The ledger of one wallet in memory: its coins and its unconfirmed transactions. Each step changes the ledger
 * immediately and adds the same change to `changes`. The caller writes `changes` and `meta()` in one batch. Only one
 * step may run at a time.
 */
import { type Height, toMotes, type UnixSeconds } from '../../../shared/units.ts';
import type { Block } from '../../core/primitives/block.ts';
import { type OutpointKey, outpointKeyOf } from '../../core/primitives/outpoint.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import type { Keyring } from './keyring.ts';
import { createKeyReceipts, type KeyReceipt, type KeyReceipts } from './key-receipts.ts';
import {
  GAP_LIMIT,
  type KeyIndexes,
  type KeyUses,
  noUses,
  keysPaidBy,
  moveToSettled,
  usesOf,
  withoutUsesAbove,
  withUses,
} from './key-use.ts';
import {
  connectTransaction,
  createLedgerRecords,
  disconnectTransaction,
  dropMinedOrConflicting,
  type LedgerRecords,
  markConflicts,
} from './ledger-records.ts';
import { extendLocator, type WalletMeta } from './wallet-meta.ts';
import type { MinedRecord, OwnCoin, OwnOutput, UnconfirmedRecord } from './wallet-records.ts';
import type { WalletChanges } from './wallet-data.ts';
import type { BlockRef } from './ports.ts';

export interface Ledger {
  readonly syncedTo: BlockRef;
  readonly locator: readonly BlockRef[];
  readonly coins: ReadonlyMap<OutpointKey, OwnCoin>;
  /** The sum of the coins in motes. */
  readonly total: number;
  /** The unconfirmed transactions by txid in hex. */
  readonly unconfirmed: ReadonlyMap<string, UnconfirmedRecord>;
  /** Increases with every change that a query could show. */
  readonly revision: number;
  /** The highest key of each chain that any transaction has paid; -1 for none. */
  readonly highestUsed: KeyIndexes;
  /** The highest key of each chain that a settled block has paid; -1 for none. */
  readonly highestSettled: KeyIndexes;
  /** Gap limit: unused keys in a row that the wallet looks for. */
  readonly gap: number;
  /** What mined transactions have paid to each key. */
  readonly receipts: KeyReceipts;
  /** The first height of a block in which the wallet may spend its coins, by their locks; 0 for any. */
  readonly spendableFrom: Height;
  meta(): WalletMeta;
  /** Connects the next block, whose parent must be `syncedTo`. True when the block concerned the wallet. */
  connect(block: Block, changes: WalletChanges): boolean;
  /**
   * Disconnects all blocks above `to`. `above`: the wallet's mined records in those blocks, newest first. `uses`: the
   * highest used keys at `to`. Pass it when a block with 100 or more confirmations (SETTLED_CONFIRMATIONS) is disconnected; the
   * default keeps the uses of such blocks.
   */
  rollback(to: BlockRef, above: readonly MinedRecord[], changes: WalletChanges, uses?: KeyUses): void;
  /**
   * Replaces the wallet's coins by those that the UTXO set has at the last block of `from`. Used when older blocks cannot
   * be read. Unconfirmed transactions stay, unless the coins show that they or conflicting ones were mined.
   */
  resetToUtxoSet(
    found: Iterable<readonly [OutpointKey, OwnCoin]>,
    from: readonly BlockRef[],
    changes: WalletChanges,
  ): void;
  /**
   * Adds coins that the UTXO set has at `syncedTo`, and whose blocks cannot be read. Nothing else changes: neither the
   * other coins nor the history.
   */
  addFoundCoins(found: readonly (readonly [OutpointKey, OwnCoin])[], changes: WalletChanges): void;
  /** Records an unconfirmed transaction. Does nothing if it is known or does not concern the wallet. */
  /** `hadPeer`: see UnconfirmedRecord. */
  addUnconfirmed(tx: Transaction, now: UnixSeconds, hadPeer: boolean, changes: WalletChanges): void;
  /** Changes an unconfirmed record, or removes it (null). */
  update(record: UnconfirmedRecord, change: Partial<UnconfirmedRecord> | null, changes: WalletChanges): void;
  /** Undoes `addUnconfirmed` in memory. Used when the record could not be written. */
  undoAddUnconfirmed(txidHex: string): void;
  /** Whether a transaction pays to this wallet or spends from it. Costs a few lookups in maps. */
  concerns(tx: Transaction): boolean;
  /** Marks keys as used, up to the highest that the transactions of a block pay. */
  markKeysUsed(block: Block): void;
  setKeyring(keyring: Keyring): void;
  set(change: Partial<Pick<WalletMeta, 'shortSince' | 'restoring' | 'gap'>>): void;
}

export interface LedgerState {
  readonly meta: WalletMeta;
  readonly coins: Iterable<readonly [OutpointKey, OwnCoin]>;
  readonly unconfirmed: Iterable<UnconfirmedRecord>;
  readonly receipts: Iterable<KeyReceipt>;
}

/** The state of a wallet without records at the end of a locator. */
export function emptyMeta(locator: readonly BlockRef[], restoring: boolean): WalletMeta {
  const counts = { coins: 0, total: toMotes(0), mined: 0, unconfirmed: 0 };
  const keys = { highestUsed: [-1, -1], uses: noUses(locator.at(-1)!), gap: GAP_LIMIT } as const;
  return { syncedTo: locator.at(-1)!, locator, ...keys, shortSince: null, restoring, ...counts };
}

/** The ledger of one wallet in memory; see the start of this file. */
export class WalletLedger implements Ledger {
  readonly #records: LedgerRecords;
  readonly #highest: [number, number];
  #locator: readonly BlockRef[];
  #mined: number;
  #shortSince: Height | null;
  #restoring: boolean;
  #uses: KeyUses;
  #gap: number;
  readonly receipts: KeyReceipts;
  #spendableFrom: Height;

  constructor(state: LedgerState, keyring: Keyring) {
    const { locator, mined, shortSince, restoring, uses, gap, highestUsed } = state.meta;
    this.#locator = locator;
    this.#mined = mined;
    this.#shortSince = shortSince;
    this.#restoring = restoring;
    this.#uses = uses;
    this.#gap = gap;
    this.#highest = [...highestUsed];
    this.#spendableFrom = keyring.spendableFrom;
    this.receipts = createKeyReceipts(state.receipts);
    this.#records = createLedgerRecords(state, keyring);
  }

  get syncedTo() {
    return this.#locator.at(-1)!;
  }

  get locator() {
    return this.#locator;
  }

  get coins() {
    return this.#records.coins;
  }

  get total() {
    return this.#records.total;
  }

  get unconfirmed() {
    return this.#records.unconfirmed.records;
  }

  get revision() {
    return this.#records.revision;
  }

  get highestUsed() {
    return this.#highest;
  }

  get highestSettled() {
    return this.#uses.settled;
  }

  get gap() {
    return this.#gap;
  }

  get spendableFrom() {
    return this.#spendableFrom;
  }

  meta(): WalletMeta {
    const { coins, unconfirmed } = this;
    return {
      syncedTo: this.syncedTo,
      locator: this.#locator,
      highestUsed: [this.#highest[0], this.#highest[1]],
      uses: this.#uses,
      gap: this.#gap,
      shortSince: this.#shortSince,
      restoring: this.#restoring,
      coins: coins.size,
      total: toMotes(this.total),
      mined: this.#mined,
      unconfirmed: unconfirmed.size,
    };
  }

  connect(block: Block, changes: WalletChanges): boolean {
    const records = this.#records;
    const { height, time, idHex } = block.header;
    const before = records.revision;
    for (const position of records.matcher.candidates(block)) {
      const tx = block.transactions[position]!;
      markConflicts(records, tx, height, changes);
      const record = connectTransaction(records, tx, { height, position, time }, changes);
      if (record !== null) this.#addConfirmed(record, changes);
    }
    this.#locator = extendLocator(this.#locator, { height, id: idHex });
    this.#uses = moveToSettled(this.#uses, { height, id: idHex });
    return records.revision !== before;
  }

  #addConfirmed(record: MinedRecord, changes: WalletChanges): void {
    this.#mined++;
    for (const receipt of this.receipts.change(record, 1)) changes.putReceipts(receipt);
    const { outputs, height } = record;
    this.#markUsed(outputs);
    this.#uses = withUses(this.#uses, keysPaidBy(outputs), height);
    this.#records.changed();
  }

  #markUsed(outputs: readonly OwnOutput[]): void {
    const highest = this.#highest;
    for (const { keyPath } of outputs)
      highest[keyPath.chain] = Math.max(highest[keyPath.chain], keyPath.index);
  }

  rollback(
    to: BlockRef,
    above: readonly MinedRecord[],
    changes: WalletChanges,
    uses = withoutUsesAbove(this.#uses, to),
  ): void {
    const records = this.#records;
    for (const record of above) {
      disconnectTransaction(records, record, changes);
      for (const receipt of this.receipts.change(record, -1)) changes.putReceipts(receipt);
    }
    this.#mined -= above.length;
    for (const record of [...this.unconfirmed.values()]) {
      if ((record.conflict ?? 0) > to.height)
        records.updateUnconfirmed(record, { conflict: null, replacedBy: null }, changes);
    }
    this.#locator = [...this.#locator.filter((block) => block.height < to.height), to];
    this.#uses = uses;
    if (this.#shortSince !== null) this.#shortSince = Math.min(this.#shortSince, to.height);
    records.changed();
  }

  resetToUtxoSet(
    found: Iterable<readonly [OutpointKey, OwnCoin]>,
    from: readonly BlockRef[],
    changes: WalletChanges,
  ): void {
    const records = this.#records;
    for (const key of [...this.coins.keys()]) records.dropCoin(key, changes);
    for (const [key, coin] of found) {
      records.addCoin(key, coin, changes);
      this.#markUsed([{ index: 0, keyPath: coin.keyPath }]);
    }
    for (const [key] of found) records.completeSpenders(key, changes);
    dropMinedOrConflicting(records, changes);
    this.#locator = from;
    const paid = [...this.coins.values()].map(({ height, keyPath }) => ({ height, keyPaths: [keyPath] }));
    this.#uses = usesOf(paid, this.syncedTo);
    this.#shortSince = 0;
    records.changed();
  }

  addFoundCoins(found: readonly (readonly [OutpointKey, OwnCoin])[], changes: WalletChanges): void {
    const records = this.#records;
    for (const [key, coin] of found) {
      records.addCoin(key, coin, changes);
      this.#markUsed([{ index: 0, keyPath: coin.keyPath }]);
      this.#uses = withUses(this.#uses, [coin.keyPath], coin.height);
    }
    for (const [key] of found) records.completeSpenders(key, changes);
    this.#uses = moveToSettled(this.#uses, this.syncedTo);
    records.changed();
  }

  addUnconfirmed(tx: Transaction, now: UnixSeconds, hadPeer: boolean, changes: WalletChanges): void {
    const records = this.#records;
    const outputs = records.matcher.outputs(tx);
    const inputs = records.matcher.inputs(tx);
    if (this.unconfirmed.has(tx.txidHex) || outputs.length + inputs.length === 0) return;
    const fresh = { conflict: null, replaced: false, wasMined: false, replacedBy: null, hadPeer };
    records.addUnconfirmed({ tx, firstSeen: now, inputs, outputs, ...fresh }, changes);
    for (const { index } of outputs) records.completeSpenders(outpointKeyOf(tx.txidHex, index), changes);
    this.#markUsed(outputs);
    records.changed();
  }

  update(record: UnconfirmedRecord, change: Partial<UnconfirmedRecord> | null, changes: WalletChanges): void {
    this.#records.updateUnconfirmed(record, change, changes);
  }

  undoAddUnconfirmed(txidHex: string): void {
    const { unconfirmed } = this.#records;
    const record = unconfirmed.records.get(txidHex);
    if (record !== undefined) unconfirmed.delete(record);
    this.#records.changed();
  }

  concerns(tx: Transaction): boolean {
    const { matcher } = this.#records;
    return (
      this.unconfirmed.has(tx.txidHex) || matcher.outputs(tx).length > 0 || matcher.inputs(tx).length > 0
    );
  }

  markKeysUsed(block: Block): void {
    const { matcher } = this.#records;
    for (const position of matcher.candidates(block))
      this.#markUsed(matcher.outputs(block.transactions[position]!));
  }

  setKeyring(keyring: Keyring): void {
    this.#spendableFrom = keyring.spendableFrom;
    this.#records.matcher.setKeyring(keyring);
  }

  set(change: Partial<Pick<WalletMeta, 'shortSince' | 'restoring' | 'gap'>>): void {
    if (change.shortSince !== undefined) this.#shortSince = change.shortSince;
    if (change.restoring !== undefined) this.#restoring = change.restoring;
    this.#gap = change.gap ?? this.#gap;
    this.#records.changed();
  }
}
