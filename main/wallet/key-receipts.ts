import type { KeyPath } from './key-path.ts';
import type { MinedPosition, WalletData } from './wallet-data.ts';
import type { MinedRecord, WalletRecord } from './wallet-records.ts';

/** What transactions have paid to one key: their number, and the sum in motes. */
export interface Receipts {
  readonly payments: number;
  readonly received: number;
}

export const NO_RECEIPTS: Receipts = { payments: 0, received: 0 };

/**
 * What mined transactions have paid to each key of a wallet. It is read from the records when it is first needed, the
 * newest first and a part at a time; the ledger adds and removes the records of blocks meanwhile. Everything from
 * `from` on is counted.
 */
export interface KeyReceipts {
  /** The first position that is counted; null when all are. */
  readonly from: MinedPosition | null;
  /** Increases with every change. */
  readonly revision: number;
  of(keyPath: KeyPath): Receipts;
  /** The ledger connected the block of a record. */
  connect(record: MinedRecord): void;
  /** The ledger disconnected it. */
  disconnect(record: MinedRecord): void;
  /** Counts records in the order of `WalletData.newest`; `isLast` when there are none after them. */
  countOlder(records: readonly MinedRecord[], isLast: boolean): void;
}

const LAST: MinedPosition = { height: 0xffff_ffff, position: 0 };

export function createKeyReceipts(): KeyReceipts {
  const byKey = [new Map<number, Receipts>(), new Map<number, Receipts>()] as const;
  let from: MinedPosition | null = LAST;
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
  const isCounted = ({ height, position }: MinedPosition) =>
    from === null || height > from.height || (height === from.height && position >= from.position);
  return {
    get from() {
      return from;
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
    countOlder(records, isLast) {
      for (const record of records) change(record, 1);
      const oldest = records.at(-1);
      if (isLast) from = null;
      else if (oldest !== undefined) from = { height: oldest.height, position: oldest.position };
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
  data: Pick<WalletData, 'newest'>,
  id: string,
): Promise<boolean> {
  const { from } = receipts;
  if (from === null) return true;
  const records: MinedRecord[] = [];
  for await (const record of data.newest(id, { before: from })) {
    records.push(record);
    if (records.length === RECORDS_PER_TURN) break;
  }
  const isLast = records.length < RECORDS_PER_TURN;
  receipts.countOlder(records, isLast);
  return isLast;
}
