import type { UnixSeconds } from '../../shared/units.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import type { Output } from '../core/primitives/coin.ts';
import { type Standing, standings } from './payment-state.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { MinedRecord, UnminedRecord } from './wallet-records.ts';
import type { WalletData } from './wallet-data.ts';
import type { Draft } from './drafts.ts';

/** A payment that left a short while ago, or is leaving. */
export interface RecentPayment {
  readonly outputs: readonly Output[];
  /** Seconds. */
  readonly age: number;
}

/** What a wallet paid before, as far as a new payment is compared with it. */
export interface Past {
  /** Addresses that the user has paid or has a label for. */
  readonly known: ReadonlySet<string>;
  readonly recent: readonly RecentPayment[];
}

export interface PastDeps {
  readonly hrp: string;
  readonly data: Pick<WalletData, 'newest'>;
  readonly clock: { now(): UnixSeconds };
}

/** A person who doubts whether a payment went out tries again within minutes, not hours. In seconds. */
const RECENT = 30 * 60;
/** Mined records that are looked through. */
const REMEMBERED = 200;

/** Reads the payments in no block and the newest 200 records; `leaving` are confirmed drafts that are not among them yet. */
export async function readPast(deps: PastDeps, wallet: OpenWallet, leaving: Iterable<Draft>): Promise<Past> {
  const known = new Set(wallet.file.labels.keys());
  const recent: RecentPayment[] = [...leaving]
    .filter((draft) => draft.wallet === wallet.id)
    .map(({ unsigned }) => ({ outputs: unsigned.outputs, age: 0 }));
  const standing = standings(wallet.book);
  const note = (record: UnminedRecord | MinedRecord) => {
    const { tx, inputs } = record;
    if (inputs.length === 0) return;
    for (const output of tx.outputs) known.add(encodeAddress(deps.hrp, output));
    const sent = sentAt(record, standing.get(tx.txidHex));
    // A clock that was set back leaves payments that seem to come from the future.
    if (sent !== null && Math.abs(deps.clock.now() - sent) <= RECENT)
      recent.push({ outputs: tx.outputs, age: Math.max(0, deps.clock.now() - sent) });
  };
  for (const record of wallet.book.unmined.values()) note(record);
  let left = REMEMBERED;
  for await (const record of deps.data.newest(wallet.id, {})) {
    note(record);
    if (--left === 0) break;
  }
  return { known, recent };
}

/** When a payment was sent, in unix seconds (its block's time, if the wallet met it there); null if it won't be mined. */
function sentAt(record: UnminedRecord | MinedRecord, standing: Standing | undefined): UnixSeconds | null {
  return 'time' in record || standing === 'live' ? record.firstSeen : null;
}

/** Seconds since all of these outputs were paid by one recent payment; null when none did. */
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
