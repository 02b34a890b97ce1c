import type { Height, UnixSeconds } from '../../../shared/units.ts';
import { type OutpointKey, outpointKey, outpointKeyOf } from '../../core/primitives/outpoint.ts';
import { isCoinbase, type Transaction } from '../../core/primitives/transaction.ts';
import type { Keyring } from './keyring.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { createUnconfirmedSet, type UnconfirmedSet } from './unconfirmed-set.ts';
import type { WalletChanges } from './wallet-data.ts';
import type { MinedRecord, OwnCoin, UnconfirmedRecord } from './wallet-records.ts';

/** The coins and the unconfirmed transactions of a ledger. Each change is made in memory and added to `changes`. */
export interface LedgerRecords {
  readonly coins: ReadonlyMap<OutpointKey, OwnCoin>;
  readonly unconfirmed: UnconfirmedSet;
  readonly matcher: Matcher;
  /** Sum of all coins in motes. */
  readonly total: number;
  /** See Ledger. */
  readonly revision: number;
  /** Must be called after each change that alters the result of a query. */
  changed(): void;
  addCoin(key: OutpointKey, coin: OwnCoin, changes: WalletChanges): void;
  dropCoin(key: OutpointKey, changes: WalletChanges): void;
  addUnconfirmed(record: UnconfirmedRecord, changes: WalletChanges): void;
  /** Changes an unconfirmed record, or removes it (null). */
  updateUnconfirmed(
    record: UnconfirmedRecord,
    change: Partial<UnconfirmedRecord> | null,
    changes: WalletChanges,
  ): void;
  /**
   * Must be called for each coin that becomes known. Adds the coin to the inputs of the unconfirmed transactions that
   * spend it and were recorded before it, for example while the chain is read again. Without this, a payment of this
   * wallet would count as one from another wallet.
   */
  completeSpenders(key: OutpointKey, changes: WalletChanges): void;
}

export interface InitialRecords {
  readonly coins: Iterable<readonly [OutpointKey, OwnCoin]>;
  readonly unconfirmed: Iterable<UnconfirmedRecord>;
}

export function createLedgerRecords(initial: InitialRecords, keyring: Keyring): LedgerRecords {
  const coins = new Map<OutpointKey, OwnCoin>();
  const unconfirmed = createUnconfirmedSet();
  const matcher = createMatcher({ keyring, coins, unconfirmed: unconfirmed.records });
  let total = 0;
  let revision = 0;

  const insertCoin = (key: OutpointKey, coin: OwnCoin) => {
    // After a snapshot start a scan of the history adds coins that are known already.
    total += coin.amount - (coins.get(key)?.amount ?? 0);
    coins.set(key, coin);
    matcher.watch(Buffer.from(key.slice(0, 8), 'hex'));
  };
  const insertUnconfirmed = (record: UnconfirmedRecord) => {
    unconfirmed.put(record);
    matcher.watch(record.tx.txid);
    for (const input of record.tx.inputs) matcher.watch(input.txid);
  };
  for (const [key, coin] of initial.coins) insertCoin(key, coin);
  for (const record of initial.unconfirmed) insertUnconfirmed(record);

  const updateUnconfirmed: LedgerRecords['updateUnconfirmed'] = (record, change, changes) => {
    revision++;
    if (change === null) {
      unconfirmed.delete(record);
      changes.deleteUnconfirmed(record);
    } else {
      unconfirmed.put({ ...record, ...change });
      changes.putUnconfirmed({ ...record, ...change });
    }
  };

  return {
    coins,
    unconfirmed,
    matcher,
    get total() {
      return total;
    },
    get revision() {
      return revision;
    },
    changed: () => void revision++,
    addCoin(key, coin, changes) {
      insertCoin(key, coin);
      changes.putCoin(key, coin);
    },
    dropCoin(key, changes) {
      total -= coins.get(key)?.amount ?? 0;
      if (coins.delete(key)) changes.deleteCoin(key);
    },
    addUnconfirmed(record, changes) {
      insertUnconfirmed(record);
      changes.putUnconfirmed(record);
    },
    updateUnconfirmed,
    completeSpenders(key, changes) {
      for (const txid of unconfirmed.spendersOf(key)) {
        const record = unconfirmed.records.get(txid)!;
        const inputs = matcher.inputs(record.tx);
        if (inputs.length > record.inputs.length) updateUnconfirmed(record, { inputs }, changes);
      }
    },
  };
}

/** Where a transaction is in the chain, and the time of its block. */
export interface BlockContext {
  readonly height: Height;
  readonly position: number;
  readonly time: UnixSeconds;
}

/**
 * Marks as conflicted the unconfirmed transactions that spend a coin which this mined transaction spends, and their
 * descendants.
 */
export function markConflicts(
  records: LedgerRecords,
  tx: Transaction,
  height: Height,
  changes: WalletChanges,
): void {
  const { matcher, unconfirmed } = records;
  for (const input of tx.inputs) {
    if (!matcher.mayConcern(input)) continue;
    for (const spender of unconfirmed.spendersOf(outpointKey(input))) {
      if (spender === tx.txidHex) continue;
      markConflict(records, spender, height, changes);
      const record = unconfirmed.records.get(spender);
      const isOurs = matcher.inputs(tx).length + matcher.outputs(tx).length > 0;
      if (record !== undefined && isOurs)
        records.updateUnconfirmed(record, { replacedBy: tx.txidHex }, changes);
    }
  }
}

function markConflict(records: LedgerRecords, txidHex: string, height: Height, changes: WalletChanges): void {
  const { unconfirmed, updateUnconfirmed } = records;
  for (let generation = [txidHex]; generation.length > 0;) {
    const found = generation.flatMap((txid) => unconfirmed.records.get(txid) ?? []);
    const newlyConflicted = found.filter(({ conflict }) => conflict === null);
    for (const record of newlyConflicted) updateUnconfirmed(record, { conflict: height }, changes);
    generation = newlyConflicted.flatMap((record) => unconfirmed.childrenOf(record));
  }
}

/** Adds a transaction of a connected block to the records. Null when it does not concern the wallet. */
export function connectTransaction(
  records: LedgerRecords,
  tx: Transaction,
  context: BlockContext,
  changes: WalletChanges,
): MinedRecord | null {
  const { matcher, unconfirmed } = records;
  const outputs = matcher.outputs(tx);
  const inputs = matcher.inputs(tx);
  const before = unconfirmed.records.get(tx.txidHex);
  if (outputs.length === 0 && inputs.length === 0 && before === undefined) return null;
  if (before !== undefined) records.updateUnconfirmed(before, null, changes);
  const record = { tx, firstSeen: before?.firstSeen ?? context.time, inputs, outputs, ...context };
  changes.putMined(record);
  for (const key of spentKeys(record)) records.dropCoin(key, changes);
  for (const [key, coin] of createdCoins(record)) {
    records.addCoin(key, coin, changes);
    records.completeSpenders(key, changes);
  }
  return record;
}

/** The inverse of connectTransaction: the transaction is unconfirmed again. */
export function disconnectTransaction(
  records: LedgerRecords,
  record: MinedRecord,
  changes: WalletChanges,
): void {
  const { tx, firstSeen, inputs, outputs } = record;
  for (const [key] of createdCoins(record)) records.dropCoin(key, changes);
  for (const [i, key] of spentKeys(record).entries()) records.addCoin(key, inputs[i]!.coin, changes);
  changes.deleteMined(record);
  // The coinbase of a disconnected block can never be mined again; other transactions may be.
  if (isCoinbase(tx)) return;
  const unconfirmedAgain = {
    tx,
    firstSeen,
    inputs,
    outputs,
    conflict: null,
    replaced: false,
    wasMined: true,
    replacedBy: null,
    // The miner of the block had it.
    hadPeer: true,
  };
  records.addUnconfirmed(unconfirmedAgain, changes);
}

/**
 * Removes unconfirmed transactions that were mined or conflict with mined ones, as far as the coins of the UTXO set
 * show it. Repeats, because each removal may show it for a descendant.
 */
export function dropMinedOrConflicting(
  { coins, unconfirmed, updateUnconfirmed }: LedgerRecords,
  changes: WalletChanges,
): void {
  const isMinedOrConflicting = ({ tx, inputs, outputs }: UnconfirmedRecord) =>
    outputs.some(({ index }) => coins.has(outpointKeyOf(tx.txidHex, index))) ||
    inputs.some(({ index }) => {
      const key = outpointKey(tx.inputs[index]!);
      return !coins.has(key) && !unconfirmed.records.has(key.slice(0, 64));
    });
  for (let past: UnconfirmedRecord[] | null = null; past === null || past.length > 0;) {
    past = [...unconfirmed.records.values()].filter(isMinedOrConflicting);
    for (const record of past) updateUnconfirmed(record, null, changes);
  }
}

/** The coins of the wallet that a record spends, in the order of its inputs. */
function spentKeys(record: MinedRecord): OutpointKey[] {
  return record.inputs.map(({ index }) => outpointKey(record.tx.inputs[index]!));
}

/** The coins of the wallet that a record creates. */
function createdCoins({ tx, outputs, height }: MinedRecord): [OutpointKey, OwnCoin][] {
  return outputs.map(({ index, keyPath }) => [
    outpointKeyOf(tx.txidHex, index),
    { amount: tx.outputs[index]!.amount, keyPath, height, coinbase: isCoinbase(tx) },
  ]);
}
