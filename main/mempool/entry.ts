import type { Height, Motes, UnixSeconds } from '../../shared/units.ts';
import type { Feerate } from '../core/policy/feerate.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import { decodeTransaction, type Transaction } from '../core/primitives/transaction.ts';
import { isViolation } from '../core/violation.ts';

/** Sums over an entry and its ancestors, or over an entry and its descendants. */
export interface Totals extends Feerate {
  readonly count: number;
}

/** What is known of a transaction that passed every check. */
export interface EntryFacts {
  readonly tx: Transaction;
  readonly fee: Motes;
  /** When this node first saw the transaction. */
  readonly time: UnixSeconds;
  /** The coins that the transaction spends. */
  readonly keys: readonly CoinKey[];
  /** The first height at which every coinbase that it spends is mature; 0 if it spends none. */
  readonly matureAt: Height;
  /**
   * Whether the transaction creates or spends a lock of type 1 to 254. Its validity depends on the active rules then.
   */
  readonly upgradable: boolean;
}

/** A transaction in the pool, read-only. */
export interface MempoolEntry extends Feerate {
  readonly txid: string;
  readonly wid: string;
  /** The wid as a binary string, the form in which the pool stores it. */
  readonly widId: BinaryString;
  /** The encoded transaction; must not be changed. */
  readonly bytes: Uint8Array;
  /** Decodes on every access, about 10 µs. Keep the result if it is needed twice. */
  readonly tx: Transaction;
  readonly size: number;
  readonly fee: Motes;
  readonly time: UnixSeconds;
  readonly validFrom: Height;
  readonly expires: Height;
  readonly ancestors: Totals;
  readonly descendants: Totals;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * One transaction in the graph. It keeps the bytes instead of the decoded form, which would take three times the
 * memory: a full pool has tens of thousands of entries.
 */
export class PoolEntry implements MempoolEntry {
  /** Txid and wid as binary strings, the keys of the maps of the pool. */
  readonly id: BinaryString;
  readonly widId: BinaryString;
  readonly bytes: Uint8Array;
  readonly fee: Motes;
  readonly time: UnixSeconds;
  readonly validFrom: Height;
  readonly expires: Height;
  readonly outputs: number;
  readonly keys: readonly CoinKey[];
  readonly matureAt: Height;
  readonly upgradable: boolean;
  /** Order of arrival. Among equal fee rates the earlier entry is preferred. */
  readonly sequence: number;
  readonly parents: PoolEntry[] = [];
  readonly children: PoolEntry[] = [];
  readonly ancestors: Mutable<Totals>;
  readonly descendants: Mutable<Totals>;
  /** False after it was removed from the pool. */
  alive = true;
  /** The number of the last graph traversal that visited this entry. */
  mark = 0;

  constructor(facts: EntryFacts, sequence: number) {
    const { tx, fee } = facts;
    this.id = tx.txidBinary;
    this.widId = tx.widBinary;
    this.bytes = tx.bytes;
    this.fee = fee;
    this.time = facts.time;
    this.validFrom = tx.validFrom;
    this.expires = tx.expires;
    this.outputs = tx.outputs.length;
    this.keys = facts.keys;
    this.matureAt = facts.matureAt;
    this.upgradable = facts.upgradable;
    this.sequence = sequence;
    this.ancestors = { count: 1, size: tx.bytes.length, fee };
    this.descendants = { count: 1, size: tx.bytes.length, fee };
  }

  get txid(): string {
    return hexOf(this.id);
  }

  get wid(): string {
    return hexOf(this.widId);
  }

  get size(): number {
    return this.bytes.length;
  }

  get tx(): Transaction {
    return decodeKnown(this.bytes);
  }
}

/** Decodes bytes of which it is known that they can be decoded. */
export function decodeKnown(bytes: Uint8Array): Transaction {
  const tx = decodeTransaction(bytes);
  if (isViolation(tx)) throw new Error(`a transaction of the pool no longer decodes: ${tx.code}`);
  return tx;
}

/**
 * The transaction with a copy of its bytes. A view into a block or a network buffer would keep the whole buffer in
 * memory; the `slice` of a Buffer is such a view too.
 */
export function detached(tx: Transaction): Transaction {
  return tx.bytes.length === tx.bytes.buffer.byteLength ? tx : decodeKnown(new Uint8Array(tx.bytes));
}

/** The hexadecimal form of an id. The maps of the pool use binary strings, its interface hexadecimal. */
export function hexOf(id: BinaryString): string {
  return Buffer.from(id, 'latin1').toString('hex');
}

/** The binary form of an id. For a text that is not an id it is a key that is never found. */
export function idOf(hex: string): BinaryString {
  return Buffer.from(hex, 'hex').toString('latin1');
}
