import { type OutpointKey, outpointKey, outpointKeyOf } from '../core/primitives/outpoint.ts';
import type { UnminedRecord } from './wallet-records.ts';

/** The transactions of a wallet that no block has, found by txid and by the coins that they spend. */
export interface UnminedSet {
  /** By txid in hex. */
  readonly records: ReadonlyMap<string, UnminedRecord>;
  /** Adds a record, or puts it in the place of one with the same txid. */
  put(record: UnminedRecord): void;
  delete(record: UnminedRecord): void;
  /** Txids of those that spend a coin, ours or not. */
  spendersOf(coin: OutpointKey): readonly string[];
  /** Txids of those that spend an output of a transaction. */
  childrenOf(record: UnminedRecord): readonly string[];
}

export function createUnminedSet(): UnminedSet {
  const records = new Map<string, UnminedRecord>();
  const spenders = new Map<OutpointKey, string[]>();
  const spendersOf = (coin: OutpointKey) => spenders.get(coin) ?? [];

  return {
    records,
    put(record) {
      const { txidHex, inputs } = record.tx;
      if (!records.has(txidHex)) {
        for (const key of inputs.map(outpointKey)) spenders.set(key, [...spendersOf(key), txidHex]);
      }
      records.set(txidHex, record);
    },
    delete({ tx }) {
      if (!records.delete(tx.txidHex)) return;
      for (const key of tx.inputs.map(outpointKey)) {
        const others = spendersOf(key).filter((txid) => txid !== tx.txidHex);
        if (others.length > 0) spenders.set(key, others);
        else spenders.delete(key);
      }
    },
    spendersOf,
    childrenOf: ({ tx }) =>
      tx.outputs.flatMap((_, index) => [...spendersOf(outpointKeyOf(tx.txidHex, index))]),
  };
}
