import type { UnixSeconds } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { toHex } from '../../core/codec/hex.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import type { Output } from '../../core/primitives/coin.ts';
import { type PaymentState, paymentStates } from '../ledger/payment-state.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import type { MinedRecord, UnconfirmedRecord } from '../ledger/wallet-records.ts';
import type { WalletData } from '../ledger/wallet-data.ts';
import type { Draft } from './drafts.ts';

/** A payment that was sent recently, or is being sent. */
export interface RecentPayment {
  readonly outputs: readonly Output[];
  /** Seconds since it was sent. */
  readonly age: number;
}

/** Earlier payments of a wallet, with which a new payment is compared. */
export interface PastPayments {
  /** Addresses that the user has paid or that have a label. */
  readonly knownAddresses: ReadonlySet<string>;
  /** Addresses that mined or pending payments of this wallet have paid, its own among them. */
  readonly paidAddresses: ReadonlySet<string>;
  readonly recent: readonly RecentPayment[];
}

export interface PastPaymentsDeps {
  readonly hrp: string;
  readonly data: Pick<WalletData, 'newest'>;
  readonly clock: { now(): UnixSeconds };
}

/** Maximum age in seconds. A user who doubts whether a payment was sent tries again within minutes. */
const MAX_AGE_SECONDS = 30 * 60;
/** Number of newest mined records that are read. */
const MAX_RECORDS = 200;

/**
 * Reads unconfirmed payments and the newest 200 mined records. `beingSent`: confirmed drafts that are in neither yet.
 */
export async function readPastPayments(
  deps: PastPaymentsDeps,
  wallet: OpenWallet,
  beingSent: Iterable<Draft>,
): Promise<PastPayments> {
  const knownAddresses = new Set(wallet.file.labels.keys());
  const paidAddresses = new Set<string>();
  const recent: RecentPayment[] = [...beingSent]
    .filter((draft) => draft.wallet === wallet.id)
    .map(({ unsigned }) => ({ outputs: unsigned.outputs, age: 0 }));
  const states = paymentStates(wallet.ledger);
  const note = (record: UnconfirmedRecord | MinedRecord) => {
    const { tx, inputs } = record;
    if (inputs.length === 0) return;
    const sent = sentAt(record, states.get(tx.txidHex));
    for (const output of tx.outputs) {
      const address = encodeAddress(deps.hrp, output);
      knownAddresses.add(address);
      if (sent !== null) paidAddresses.add(address);
    }
    // If the clock was set back, a payment may have a time in the future.
    if (sent !== null && Math.abs(deps.clock.now() - sent) <= MAX_AGE_SECONDS)
      recent.push({ outputs: tx.outputs, age: Math.max(0, deps.clock.now() - sent) });
  };
  for (const record of wallet.ledger.unconfirmed.values()) note(record);
  let left = MAX_RECORDS;
  for await (const record of deps.data.newest(wallet.id, {})) {
    note(record);
    if (--left === 0) break;
  }
  return { knownAddresses, paidAddresses, recent };
}

/** Number of newest mined records in which {@link findLastPaid} looks. */
const MAX_SEARCHED = 2000;

/** When the wallet last paid each of these locks (hex), by its unconfirmed payments and its newest 2 000 mined records. */
export async function findLastPaid(
  data: Pick<WalletData, 'newest'>,
  wallet: OpenWallet,
  locks: ReadonlySet<string>,
): Promise<ReadonlyMap<string, UnixSeconds>> {
  const found = new Map<string, UnixSeconds>();
  const note = ({ tx, inputs, firstSeen }: UnconfirmedRecord | MinedRecord) => {
    if (inputs.length === 0) return;
    for (const { lock } of tx.outputs) {
      const key = toHex(lock);
      if (locks.has(key)) found.set(key, Math.max(found.get(key) ?? 0, firstSeen));
    }
  };
  for (const record of wallet.ledger.unconfirmed.values()) note(record);
  let left = MAX_SEARCHED;
  for await (const record of data.newest(wallet.id, {})) {
    note(record);
    if (--left === 0) break;
  }
  return found;
}

/** When a payment was sent, or the time of its block if the wallet first saw it there. Null if it will not be mined. */
function sentAt(
  record: UnconfirmedRecord | MinedRecord,
  state: PaymentState | undefined,
): UnixSeconds | null {
  return 'time' in record || state === 'live' ? record.firstSeen : null;
}

/** Seconds since a recent payment paid all of these outputs. Null if none did. */
export function findRepeated(paid: readonly Output[], recent: readonly RecentPayment[]): number | null {
  const ages = recent
    .filter(({ outputs }) => paid.every((output) => pays(outputs, output)))
    .map(({ age }) => age);
  return ages.length === 0 ? null : Math.min(...ages);
}

function pays(outputs: readonly Output[], { amount, lockType, lock }: Output): boolean {
  return outputs.some(
    (other) => other.amount === amount && other.lockType === lockType && equalBytes(other.lock, lock),
  );
}
