/**
 * The ledger of one wallet in memory: its coins and its unconfirmed transactions. Each step changes it at once and adds
 * the same change to `changes`, which the caller writes in one batch with `meta()`. One step at a time.
 */
import { type Height, toMotes, type UnixSeconds } from '../../shared/units.ts';
import type { Block } from '../core/primitives/block.ts';
import { type OutpointKey, outpointKey, outpointKeyOf } from '../core/primitives/outpoint.ts';
import { isCoinbase, type Transaction } from '../core/primitives/transaction.ts';
import type { Keyring } from './keyring.ts';
import {
  GAP_LIMIT,
  type KeyIndexes,
  type KeyUses,
  noUses,
  placesOf,
  settle,
  usesOf,
  withoutUsesAbove,
  withUses,
} from './key-use.ts';
import { createMatcher } from './matcher.ts';
import type { Mark } from './mark.ts';
import { extendTrail, type WalletMeta } from './wallet-meta.ts';
import type { MinedRecord, OwnCoin, OwnOutput, UnminedRecord } from './wallet-records.ts';
import { createUnminedSet } from './unmined-set.ts';
import type { WalletChanges } from './wallet-data.ts';

export interface Ledger {
  readonly asOf: Mark;
  readonly trail: readonly Mark[];
  readonly coins: ReadonlyMap<OutpointKey, OwnCoin>;
  /** By txid in hex. */
  readonly unmined: ReadonlyMap<string, UnminedRecord>;
  /** Increases with every change that a query could show. */
  readonly revision: number;
  /** The highest key of each chain that a transaction has ever paid; -1 for none. */
  readonly highestUsed: KeyIndexes;
  /** The highest key of each chain that a settled block has paid; -1 for none. */
  readonly settledUse: KeyIndexes;
  /** Gap limit: unused keys in a row that the wallet looks for. */
  readonly gap: number;
  meta(): WalletMeta;
  /** Connects the next block, whose parent must be `asOf`. True when the block concerned the wallet. */
  connect(block: Block, changes: WalletChanges): boolean;
  /**
   * Disconnects the blocks above `to`. `above`: the wallet's mined records above it, newest first. `uses`: the key use at
   * `to`; by default the known key use without the blocks above, which is wrong once settled blocks are disconnected.
   */
  rollback(to: Mark, above: readonly MinedRecord[], changes: WalletChanges, uses?: KeyUses): void;
  /**
   * Starts over at the end of a trail with the wallet's coins of the UTXO set there, when the blocks below cannot be read.
   * Unconfirmed transactions stay, unless the coins show that they, or conflicting ones, have been mined.
   */
  takeCoins(
    found: Iterable<readonly [OutpointKey, OwnCoin]>,
    from: readonly Mark[],
    changes: WalletChanges,
  ): void;
  /** Records an unconfirmed transaction, unless it is known or does not concern the wallet. */
  see(tx: Transaction, now: UnixSeconds, changes: WalletChanges): void;
  /** Changes an unconfirmed record, or removes it (null). */
  update(record: UnminedRecord, change: Partial<UnminedRecord> | null, changes: WalletChanges): void;
  /** Undoes `see` in memory when the record could not be written. */
  forget(txidHex: string): void;
  /** Whether a transaction pays to or spends from this wallet; a few map lookups. */
  concerns(tx: Transaction): boolean;
  /** Marks keys as used up to the highest that these transactions pay. */
  noteUse(transactions: readonly Transaction[]): void;
  setKeyring(keyring: Keyring): void;
  set(change: Partial<Pick<WalletMeta, 'shortSince' | 'restoring' | 'gap'>>): void;
}

export interface LedgerState {
  readonly meta: WalletMeta;
  readonly coins: Iterable<readonly [OutpointKey, OwnCoin]>;
  readonly unmined: Iterable<UnminedRecord>;
}

/** The state of an empty wallet at the end of a trail. */
export function emptyMeta(trail: readonly Mark[], restoring: boolean): WalletMeta {
  const counts = { coins: 0, total: toMotes(0), mined: 0, unmined: 0 };
  const keys = { highestUsed: [-1, -1], uses: noUses(trail.at(-1)!), gap: GAP_LIMIT } as const;
  return { asOf: trail.at(-1)!, trail, ...keys, shortSince: null, restoring, ...counts };
}

export function createLedger(state: LedgerState, keyring: Keyring): Ledger {
  let { trail, mined, shortSince, restoring, uses, gap } = state.meta;
  const highest: [number, number] = [...state.meta.highestUsed];
  const coins = new Map<OutpointKey, OwnCoin>();
  const unmined = createUnminedSet();
  const matcher = createMatcher({ keyring, coins, unmined: unmined.records });
  let total = 0;
  let revision = 0;

  const addCoin = (key: OutpointKey, coin: OwnCoin) => {
    coins.set(key, coin);
    total += coin.amount;
    matcher.watch(Buffer.from(key.slice(0, 8), 'hex'));
  };
  const dropCoin = (key: OutpointKey) => {
    total -= coins.get(key)?.amount ?? 0;
    return coins.delete(key);
  };
  const addUnmined = (record: UnminedRecord) => {
    unmined.put(record);
    matcher.watch(record.tx.txid);
    for (const input of record.tx.inputs) matcher.watch(input.txid);
  };
  for (const [key, coin] of state.coins) addCoin(key, coin);
  for (const record of state.unmined) addUnmined(record);

  const use = (outputs: readonly OwnOutput[]) => {
    for (const { place } of outputs) highest[place.chain] = Math.max(highest[place.chain], place.index);
  };

  const update = (record: UnminedRecord, change: Partial<UnminedRecord> | null, changes: WalletChanges) => {
    revision++;
    if (change === null) {
      unmined.delete(record);
      changes.deleteUnmined(record);
    } else {
      unmined.put({ ...record, ...change });
      changes.putUnmined({ ...record, ...change });
    }
  };

  /** Marks a transaction and its descendants as conflicted: a mined transaction spends one of its coins. */
  const setConflict = (txidHex: string, height: Height, changes: WalletChanges) => {
    for (let line = [txidHex]; line.length > 0;) {
      const records = line.flatMap((txid) => unmined.records.get(txid) ?? []);
      const hit = records.filter(({ conflict }) => conflict === null);
      for (const record of hit) update(record, { conflict: height }, changes);
      line = hit.flatMap((record) => unmined.childrenOf(record));
    }
  };
  const markConflicts = (tx: Transaction, height: Height, changes: WalletChanges) => {
    for (const input of tx.inputs) {
      if (!matcher.mayMatter(input)) continue;
      for (const rival of unmined.spendersOf(outpointKey(input))) {
        if (rival !== tx.txidHex) setConflict(rival, height, changes);
      }
    }
  };

  /**
   * A coin became known: transactions in no block that were seen before it, such as while the chain is read again, spend
   * it. Without this a payment of the wallet's own would count as another user's.
   */
  const completeSpenders = (key: OutpointKey, changes: WalletChanges) => {
    for (const txid of unmined.spendersOf(key)) {
      const record = unmined.records.get(txid)!;
      const inputs = matcher.inputs(record.tx);
      if (inputs.length > record.inputs.length) update(record, { inputs }, changes);
    }
  };

  const connectTransaction = (tx: Transaction, place: BlockPlace, changes: WalletChanges): boolean => {
    const outputs = matcher.outputs(tx);
    const inputs = matcher.inputs(tx);
    const before = unmined.records.get(tx.txidHex);
    if (outputs.length === 0 && inputs.length === 0 && before === undefined) return false;
    if (before !== undefined) update(before, null, changes);
    const record = { tx, firstSeen: before?.firstSeen ?? place.time, inputs, outputs, ...place };
    changes.putMined(record);
    mined++;
    use(outputs);
    uses = withUses(uses, placesOf(outputs), place.height);
    for (const key of spentKeys(record)) if (dropCoin(key)) changes.deleteCoin(key);
    for (const [key, coin] of createdCoins(record)) {
      addCoin(key, coin);
      changes.putCoin(key, coin);
      completeSpenders(key, changes);
    }
    return true;
  };

  const disconnectTransaction = (record: MinedRecord, changes: WalletChanges) => {
    const { tx, firstSeen, inputs, outputs } = record;
    for (const [key] of createdCoins(record)) if (dropCoin(key)) changes.deleteCoin(key);
    for (const [i, key] of spentKeys(record).entries()) {
      addCoin(key, inputs[i]!.coin);
      changes.putCoin(key, inputs[i]!.coin);
    }
    changes.deleteMined(record);
    mined--;
    // The coinbase of a disconnected block is gone; other transactions may be mined again.
    if (isCoinbase(tx)) return;
    const back = { tx, firstSeen, inputs, outputs, conflict: null, replaced: false, wasMined: true };
    addUnmined(back);
    changes.putUnmined(back);
  };

  return {
    get asOf() {
      return trail.at(-1)!;
    },
    get trail() {
      return trail;
    },
    coins,
    unmined: unmined.records,
    get revision() {
      return revision;
    },
    highestUsed: highest,
    get settledUse() {
      return uses.settled;
    },
    get gap() {
      return gap;
    },
    meta() {
      const counts = { coins: coins.size, total: toMotes(total), mined, unmined: unmined.records.size };
      const keys = { highestUsed: [highest[0], highest[1]], uses, gap } as const;
      return { asOf: trail.at(-1)!, trail, ...keys, shortSince, restoring, ...counts };
    },
    connect(block, changes) {
      const { height, time, idHex } = block.header;
      const before = revision;
      block.transactions.forEach((tx, position) => {
        markConflicts(tx, height, changes);
        if (connectTransaction(tx, { height, position, time }, changes)) revision++;
      });
      trail = extendTrail(trail, { height, id: idHex });
      uses = settle(uses, { height, id: idHex });
      return revision !== before;
    },
    rollback(to, above, changes, usesBelow = withoutUsesAbove(uses, to)) {
      for (const record of above) disconnectTransaction(record, changes);
      for (const record of [...unmined.records.values()]) {
        if ((record.conflict ?? 0) > to.height) update(record, { conflict: null }, changes);
      }
      trail = [...trail.filter((mark) => mark.height < to.height), to];
      uses = usesBelow;
      if (shortSince !== null) shortSince = Math.min(shortSince, to.height);
      revision++;
    },
    takeCoins(found, from, changes) {
      for (const key of [...coins.keys()]) if (dropCoin(key)) changes.deleteCoin(key);
      for (const [key, coin] of found) {
        addCoin(key, coin);
        changes.putCoin(key, coin);
        use([{ index: 0, place: coin.place }]);
      }
      for (const [key] of found) completeSpenders(key, changes);
      const isPast = ({ tx, inputs, outputs }: UnminedRecord) =>
        outputs.some(({ index }) => coins.has(outpointKeyOf(tx.txidHex, index))) ||
        inputs.some(({ index }) => {
          const key = outpointKey(tx.inputs[index]!);
          return !coins.has(key) && !unmined.records.has(key.slice(0, 64));
        });
      for (let past: UnminedRecord[] | null = null; past === null || past.length > 0;) {
        past = [...unmined.records.values()].filter(isPast);
        for (const record of past) update(record, null, changes);
      }
      trail = from;
      uses = usesOf(
        [...coins.values()].map(({ height, place }) => ({ height, places: [place] })),
        trail.at(-1)!,
      );
      shortSince = 0;
      revision++;
    },
    see(tx, now, changes) {
      const outputs = matcher.outputs(tx);
      const inputs = matcher.inputs(tx);
      if (unmined.records.has(tx.txidHex) || outputs.length + inputs.length === 0) return;
      const fresh = { conflict: null, replaced: false, wasMined: false };
      const record = { tx, firstSeen: now, inputs, outputs, ...fresh };
      addUnmined(record);
      changes.putUnmined(record);
      for (const { index } of outputs) completeSpenders(outpointKeyOf(tx.txidHex, index), changes);
      use(outputs);
      revision++;
    },
    update,
    forget(txidHex) {
      const record = unmined.records.get(txidHex);
      if (record !== undefined) unmined.delete(record);
      revision++;
    },
    concerns: (tx) =>
      unmined.records.has(tx.txidHex) || matcher.outputs(tx).length > 0 || matcher.inputs(tx).length > 0,
    noteUse(transactions) {
      for (const tx of transactions) use(matcher.outputs(tx));
    },
    setKeyring: matcher.setKeyring,
    set(change) {
      if (change.shortSince !== undefined) shortSince = change.shortSince;
      if (change.restoring !== undefined) restoring = change.restoring;
      gap = change.gap ?? gap;
      revision++;
    },
  };
}

interface BlockPlace {
  readonly height: Height;
  readonly position: number;
  readonly time: UnixSeconds;
}

/** The wallet's coins that a record spends, in the order of its own inputs. */
function spentKeys(record: MinedRecord): OutpointKey[] {
  return record.inputs.map(({ index }) => outpointKey(record.tx.inputs[index]!));
}

/** The coins of the wallet that a record creates. */
function createdCoins({ tx, outputs, height }: MinedRecord): [OutpointKey, OwnCoin][] {
  return outputs.map(({ index, place }) => [
    outpointKeyOf(tx.txidHex, index),
    { amount: tx.outputs[index]!.amount, place, height, coinbase: isCoinbase(tx) },
  ]);
}
