import type { Height, Motes } from '../../shared/units.ts';
import { CHAIN } from './keys/key-path.ts';
import { SETTLED_CONFIRMATIONS } from './ledger/key-use.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import { paymentStates } from './ledger/payment-state.ts';
import type { WalletData } from './ledger/wallet-data.ts';
import type { Ledger } from './ledger/wallet-ledger.ts';
import type { WalletRecord } from './ledger/wallet-records.ts';

/** A payment to the address of a request. */
export interface RequestPayment {
  readonly txid: string;
  readonly amount: Motes;
  /** Null while it is in no block. */
  readonly height: Height | null;
}

/** The payments to receiving addresses, by the index of the address, newest first. */
export type PaymentsByIndex = ReadonlyMap<number, readonly RequestPayment[]>;

/** What settled blocks paid. It does not change, so it is read once. */
interface Settled {
  /** Mined records up to this height are in `payments`. */
  readonly height: Height;
  readonly payments: PaymentsByIndex;
}

/** Number of newest mined records that the first call reads: about a second. */
const MAX_READ = 20_000;

/**
 * Finds the payments to the receiving addresses of wallets. The first call for a wallet reads its newest 20 000 mined
 * records; later calls read those of the last 100 blocks.
 */
export function createRequestPayments(data: Pick<WalletData, 'newest'>) {
  const cache = new WeakMap<Ledger, Settled>();
  return async ({ id, ledger }: OpenWallet): Promise<PaymentsByIndex> => {
    const known = cache.get(ledger);
    // A rescan reads the chain again from a lower height.
    const start = known !== undefined && known.height <= ledger.syncedTo.height ? known : NOTHING;
    const settledAt = Math.max(start.height, ledger.syncedTo.height - SETTLED_CONFIRMATIONS);
    const recent = new Map<number, RequestPayment[]>();
    for (const [txid, record] of ledger.unconfirmed)
      if (paymentStates(ledger).get(txid) === 'live') note(recent, record, null);
    const settled = new Map<number, RequestPayment[]>();
    let left = MAX_READ;
    for await (const record of data.newest(id, { above: start.height })) {
      if (left-- === 0) break;
      note(record.height > settledAt ? recent : settled, record, record.height);
    }
    const payments = join(settled, start.payments);
    cache.set(ledger, { height: settledAt, payments });
    return join(recent, payments);
  };
}

const NOTHING: Settled = { height: -1, payments: new Map() };

function note(
  payments: Map<number, RequestPayment[]>,
  { tx, outputs }: WalletRecord,
  height: Height | null,
): void {
  for (const { index, keyPath } of outputs) {
    if (keyPath.chain !== CHAIN.receive) continue;
    const payment = { txid: tx.txidHex, amount: tx.outputs[index]!.amount, height };
    const known = payments.get(keyPath.index);
    const last = known?.at(-1);
    if (known === undefined) payments.set(keyPath.index, [payment]);
    // Several outputs of one transaction are one payment.
    else if (last?.txid === payment.txid)
      known[known.length - 1] = { ...last, amount: (last.amount + payment.amount) as Motes };
    else known.push(payment);
  }
}

/** Newest first. */
function join(newer: PaymentsByIndex, older: PaymentsByIndex): PaymentsByIndex {
  const joined = new Map(older);
  for (const [index, payments] of newer) joined.set(index, [...payments, ...(older.get(index) ?? [])]);
  return joined;
}
