import type { BinaryString } from '../core/codec/binary.ts';
import { fromBinary } from '../core/codec/binary.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { decodeKnown, type PoolEntry } from './entry.ts';
import { hexOf } from './ids.ts';

/**
 * A transaction of the mempool that is decoded when a field is first read: a block needs only its ids and its bytes, and
 * decoding the thousands of a block takes longer than all other work on a template. Spreading it would lose its getters.
 */
export class LazyTransaction implements Transaction {
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
