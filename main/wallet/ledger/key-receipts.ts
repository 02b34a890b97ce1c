import type { KeyPath } from '../keys/key-path.ts';
import type { MinedRecord, Receipts, WalletRecord } from './wallet-records.ts';

export const NO_RECEIPTS: Receipts = { payments: 0, received: 0 };

/** The receipts of one key. */
export type KeyReceipt = readonly [KeyPath, Receipts];

/**
 * What mined transactions have paid to each key of a wallet. It is stored key by key in the same batch as the records:
 * counting 100 000 of these takes seconds.
 */
export interface KeyReceipts {
  /** Increases with every change. */
  readonly revision: number;
  of(keyPath: KeyPath): Receipts;
  /** A record was connected (1) or disconnected (-1). Returns the keys that it pays, with what they have received now. */
  change(record: MinedRecord, sign: 1 | -1): KeyReceipt[];
}

export function createKeyReceipts(initial: Iterable<KeyReceipt>): KeyReceipts {
  const byKey = [new Map<number, Receipts>(), new Map<number, Receipts>()] as const;
  for (const [{ chain, index }, receipts] of initial) byKey[chain].set(index, receipts);
  let revision = 0;
  return {
    get revision() {
      return revision;
    },
    of: ({ chain, index }) => byKey[chain].get(index) ?? NO_RECEIPTS,
    change(record, sign) {
      revision++;
      return paidKeys(record).map(({ keyPath, amount }) => {
        const { payments, received } = byKey[keyPath.chain].get(keyPath.index) ?? NO_RECEIPTS;
        const next = receiptsOf(payments + sign, received + sign * amount);
        if (next.payments === 0) byKey[keyPath.chain].delete(keyPath.index);
        else byKey[keyPath.chain].set(keyPath.index, next);
        return [keyPath, next];
      });
    },
  };
}

/**
 * Within the numbers that a record can hold, because a figure of a list must not stop the ledger: the sum over time has no
 * limit, and a database that lost receipts has too few.
 */
function receiptsOf(payments: number, received: number): Receipts {
  if (payments <= 0) return NO_RECEIPTS;
  return { payments, received: Math.min(Math.max(received, 0), Number.MAX_SAFE_INTEGER) };
}

/** What mined records have paid to each key, counted from all of them. */
export async function countKeyReceipts(
  records: AsyncIterable<MinedRecord> | Iterable<MinedRecord>,
): Promise<KeyReceipt[]> {
  const counted = createKeyReceipts([]);
  const paid = new Map<string, KeyReceipt>();
  for await (const record of records)
    for (const receipt of counted.change(record, 1))
      paid.set(`${receipt[0].chain}/${receipt[0].index}`, receipt);
  return [...paid.values()];
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
