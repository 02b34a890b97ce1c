import type { KeyPath } from '../keys/key-path.ts';
import type { WalletData } from './wallet-data.ts';
import type { MinedRecord, WalletRecord } from './wallet-records.ts';

/** What transactions have paid to one key: their number, and the sum in motes. */
export interface Receipts {
  readonly payments: number;
  readonly received: number;
}

export const NO_RECEIPTS: Receipts = { payments: 0, received: 0 };

/**
 * What mined transactions have paid to each key of a wallet. It is read from the records when it is first needed, in the
 * order of their txids and a part at a time; the ledger adds and removes the records of blocks meanwhile.
 */
export interface KeyReceipts {
  /** The last txid that is counted, empty for none; null when all are. */
  readonly upTo: string | null;
  /** Increases with every change. */
  readonly revision: number;
  of(keyPath: KeyPath): Receipts;
  /** The ledger connected the block of a record. */
  connect(record: MinedRecord): void;
  /** The ledger disconnected it. */
  disconnect(record: MinedRecord): void;
  /** Counts records after `upTo`, in the order of their txids; `isLast` when there are none after them. */
  countNext(records: readonly MinedRecord[], isLast: boolean): void;
}

export function createKeyReceipts(): KeyReceipts {
  const byKey = [new Map<number, Receipts>(), new Map<number, Receipts>()] as const;
  let upTo: string | null = '';
  let revision = 0;
  const change = (record: MinedRecord, sign: 1 | -1) => {
    revision++;
    for (const { keyPath, amount } of paidKeys(record)) {
      const { payments, received } = byKey[keyPath.chain].get(keyPath.index) ?? NO_RECEIPTS;
      const next = { payments: payments + sign, received: received + sign * amount };
      if (next.payments === 0) byKey[keyPath.chain].delete(keyPath.index);
      else byKey[keyPath.chain].set(keyPath.index, next);
    }
  };
  const isCounted = ({ tx }: MinedRecord) => upTo === null || tx.txidHex <= upTo;
  return {
    get upTo() {
      return upTo;
    },
    get revision() {
      return revision;
    },
    of: ({ chain, index }) => byKey[chain].get(index) ?? NO_RECEIPTS,
    connect(record) {
      if (isCounted(record)) change(record, 1);
    },
    disconnect(record) {
      if (isCounted(record)) change(record, -1);
    },
    countNext(records, isLast) {
      for (const record of records) change(record, 1);
      upTo = isLast ? null : (records.at(-1)?.tx.txidHex ?? upTo);
    },
  };
}

/** The keys that a transaction pays, each once, with the sum of its outputs to the key. */
export function paidKeys({ tx, outputs }: WalletRecord): { keyPath: KeyPath; amount: number }[] {
  const paid: { keyPath: KeyPath; amount: number }[] = [];
  for (const { index, keyPath } of outputs) {
    const { amount } = tx.outputs[index]!;
    const same = paid.find(
      (each) => each.keyPath.chain === keyPath.chain && each.keyPath.index === keyPath.index,
    );
    if (same === undefined) paid.push({ keyPath, amount });
    else same.amount += amount;
  }
  return paid;
}

/** Records that are read together, so that the wallets keep following the chain meanwhile; about 50 ms. */
const RECORDS_PER_TURN = 1000;

/** Counts the next part of the records that are not counted yet. True when all are. Runs inside the queue. */
export async function countReceipts(
  receipts: KeyReceipts,
  data: Pick<WalletData, 'minedByTxid'>,
  id: string,
): Promise<boolean> {
  const { upTo } = receipts;
  if (upTo === null) return true;
  const records: MinedRecord[] = [];
  for await (const record of data.minedByTxid(id, upTo)) {
    records.push(record);
    if (records.length === RECORDS_PER_TURN) break;
  }
  const isLast = records.length < RECORDS_PER_TURN;
  receipts.countNext(records, isLast);
  return isLast;
}
