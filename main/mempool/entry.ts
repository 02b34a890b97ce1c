import type { Height, Motes, UnixSeconds } from '../../shared/units.ts';
import type { Feerate } from '../core/policy/feerate.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import { decodeTransaction, type Transaction } from '../core/primitives/transaction.ts';
import { isViolation } from '../core/violation.ts';
import { hexOf } from './ids.ts';

/** A sum over an entry and its ancestors, or its descendants; the entry itself is counted. */
export interface Totals extends Feerate {
  readonly count: number;
}

/** What is known of a transaction once it has passed every check. */
export interface EntryFacts {
  readonly tx: Transaction;
  readonly fee: Motes;
  /** When this node first saw it. */
  readonly time: UnixSeconds;
  /** The coins it spends. */
  readonly keys: readonly CoinKey[];
  /** The first height whose block may take it, as far as the coinbases it spends are concerned; 0 if it spends none. */
  readonly matureAt: Height;
  /** Creates or spends a lock of type 1 to 254, so that it depends on which rules are in force. */
  readonly upgradable: boolean;
}

/** A transaction in the pool, as everyone else may see it. */
export interface MempoolEntry extends Feerate {
  readonly txid: string;
  readonly wid: string;
  /** The same as a binary string, which is how it is kept. */
  readonly widId: BinaryString;
  /** The transaction's encoding, for sending it on. Never write to it. */
  readonly bytes: Uint8Array;
  /** Decodes anew at each call, about 10 µs: keep it if it is needed twice. */
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
 * One transaction in the graph. It keeps the bytes and not the decoded form, which would take three times the
 * memory; a full pool has tens of thousands of these.
 */
export class PoolEntry implements MempoolEntry {
  /** The txid and the wid as the pool's maps are keyed by them. */
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
  /** Order of arrival; the earlier one wins where all else is equal. */
  readonly sequence: number;
  readonly parents: PoolEntry[] = [];
  readonly children: PoolEntry[] = [];
  readonly ancestors: Mutable<Totals>;
  readonly descendants: Mutable<Totals>;
  /** False once it has left the pool. */
  alive = true;
  /** The last walk over the graph that came by here. */
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

/** Decodes bytes that have decoded before. */
export function decodeKnown(bytes: Uint8Array): Transaction {
  const tx = decodeTransaction(bytes);
  if (isViolation(tx)) throw new Error(`a transaction of the pool no longer decodes: ${tx.code}`);
  return tx;
}

/**
 * The transaction over bytes of its own: a view into a block or a network buffer would keep all of that in memory.
 * (A Buffer's `slice` is such a view too.)
 */
export function detached(tx: Transaction): Transaction {
  return tx.bytes.length === tx.bytes.buffer.byteLength ? tx : decodeKnown(new Uint8Array(tx.bytes));
}
