import { type OutpointKey, outpointKey, outpointKeyOf } from '../../core/primitives/outpoint.ts';
import type { UnconfirmedRecord } from './wallet-records.ts';

/** The unconfirmed transactions of a wallet, by txid and by the coins that they spend. */
export interface UnconfirmedSet {
  /** By txid in hex. */
  readonly records: ReadonlyMap<string, UnconfirmedRecord>;
  /** Adds a record, or replaces the one with the same txid. */
  put(record: UnconfirmedRecord): void;
  delete(record: UnconfirmedRecord): void;
  /** Txids of the transactions that spend a coin, own or not. */
  spendersOf(coin: OutpointKey): readonly string[];
  /** Txids of the transactions that spend an output of a record. */
  childrenOf(record: UnconfirmedRecord): readonly string[];
}

export function createUnconfirmedSet(): UnconfirmedSet {
  const records = new Map<string, UnconfirmedRecord>();
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
