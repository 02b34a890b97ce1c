import type { Height, Motes } from '../../shared/units.ts';
import { type BinaryString, fromBinary } from '../core/codec/binary.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { decodeKnown, hexOf, type PoolEntry } from './entry.ts';
import type { Pool } from './pool.ts';
import { assembleTransactions } from './block-assembler.ts';

/** The transactions of a block template after the coinbase. */
export interface TemplateTransactions {
  /** Parents before children. Each is decoded when one of its fields is first read. */
  readonly transactions: readonly Transaction[];
  readonly fees: Motes;
  readonly bytes: number;
}

export interface TemplateLimits {
  /** Maximum bytes of transactions, without header, count and coinbase. */
  readonly maxBytes: number;
  readonly maxOutputs: number;
}

// Ratio of the bytes considered to the bytes of a block. Some of the best-paying entries do not fit, or have parents
// with low fees.
const CANDIDATE_RATIO = 1.5;

/** Selects the transactions of a template; cached while neither the pool nor the limits change. */
export function createTemplateTransactions(
  pool: Pool,
): (height: Height, limits: TemplateLimits) => TemplateTransactions {
  let cached: TemplateTransactions | null = null;
  let cachedKey = '';

  return (height, { maxBytes, maxOutputs }) => {
    const key = [pool.revision, height, maxBytes, maxOutputs].join();
    if (cached && key === cachedKey) return cached;
    const cut = pool.histogram.rateOfBest(maxBytes * CANDIDATE_RATIO);
    const { entries, fees, bytes } = assembleTransactions(pool.graph, { height, maxBytes, maxOutputs, cut });
    cachedKey = key;
    cached = { transactions: entries.map((entry) => new LazyTransaction(entry)), fees, bytes };
    return cached;
  };
}

/**
 * A transaction that is decoded when one of its fields is first read. A template needs only ids and bytes, and decoding
 * the thousands of transactions of a block would take longer than the rest of the work. Do not spread it into another
 * object: that would lose the getters.
 */
class LazyTransaction implements Transaction {
  readonly bytes: Uint8Array;
  readonly txidBinary: BinaryString;
  readonly widBinary: BinaryString;
  #decoded: Transaction | null = null;

  constructor(entry: PoolEntry) {
    this.bytes = entry.bytes;
    this.txidBinary = entry.id;
    this.widBinary = entry.widId;
  }

  get #all(): Transaction {
    return (this.#decoded ??= decodeKnown(this.bytes));
  }
  get version() {
    return this.#all.version;
  }
  get validFrom() {
    return this.#all.validFrom;
  }
  get expires() {
    return this.#all.expires;
  }
  get inputs() {
    return this.#all.inputs;
  }
  get outputs() {
    return this.#all.outputs;
  }
  get witness() {
    return this.#all.witness;
  }
  get bodyLength() {
    return this.#all.bodyLength;
  }
  get txid(): Hash {
    return fromBinary(this.txidBinary);
  }
  get wid(): Hash {
    return fromBinary(this.widBinary);
  }
  get txidHex(): string {
    return hexOf(this.txidBinary);
  }
}
