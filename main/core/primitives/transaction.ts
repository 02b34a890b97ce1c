import { type Height, type Motes } from '../../../shared/units.ts';
import { type BinaryString, fromBinary } from '../codec/binary.ts';
import { toHex } from '../codec/hex.ts';
import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { DOMAIN, hash, type Hash, hashRange } from '../crypto/hash.ts';
import { type Violation, violation } from '../violation.ts';
import type { Output } from './coin.ts';
import { MAX_TRANSACTION_BYTES } from './limits.ts';
import type { Outpoint } from './outpoint.ts';

export interface TransactionFields {
  readonly version: number;
  /** The first height at which it may be mined. */
  readonly validFrom: Height;
  /** The last height at which it may be mined; 0 for no limit. */
  readonly expires: Height;
  readonly inputs: readonly Outpoint[];
  readonly outputs: readonly Output[];
  /** One byte string per input; a coinbase has one for its records. */
  readonly witness: readonly Uint8Array[];
}

/** A transaction with its encoding and its ids. Byte strings are views: never write to them. */
export interface Transaction extends TransactionFields {
  readonly bytes: Uint8Array;
  /** Number of bytes in `bytes` before the witness. */
  readonly bodyLength: number;
  /** Hash of everything except the witness, so that another party cannot change it (protocol.md §4). */
  readonly txid: Hash;
  readonly txidHex: string;
  readonly txidBinary: BinaryString;
  /** Hash of everything: for gossip, caches of rejected transactions and the Merkle leaf. */
  readonly wid: Hash;
  readonly widBinary: BinaryString;
}

export const isCoinbase = (tx: TransactionFields): boolean => tx.inputs.length === 0;

/** Reads exactly one transaction; bytes left over are a violation. Checks the format only, no rule. */
export function decodeTransaction(bytes: Uint8Array): Transaction | Violation {
  if (bytes.length > MAX_TRANSACTION_BYTES) return violation('tx-too-large', { size: bytes.length });
  const reader = new Reader(bytes);
  const tx = readTransaction(reader);
  const failed = reader.finish();
  return failed === null ? tx() : violation(failed);
}

/**
 * Reads a transaction inside a longer encoding. Returns a function that creates it, so that nothing is hashed if later
 * bytes cannot be decoded. Call it only if the reader has not failed.
 */
export function readTransaction(reader: Reader): () => Transaction {
  const start = reader.offset;
  const version = reader.varuint();
  const validFrom = reader.varuint();
  const expires = reader.varuint();
  const inputs = readList(reader, reader.count(33), readInput);
  const outputs = readList(reader, reader.count(10), readOutput);
  const bodyLength = reader.offset - start;
  const witness = readList(reader, reader.count(1), readWitness);
  const bytes = reader.source.subarray(start, reader.offset);
  return () => identify({ version, validFrom, expires, inputs, outputs, witness }, bytes, bodyLength);
}

/** Skips a transaction without creating or hashing anything; checks only its format. */
export function skipTransaction(reader: Reader): void {
  reader.varuint();
  reader.varuint();
  reader.varuint();
  for (let left = reader.count(33); left > 0 && reader.failed === null; left--) {
    reader.skip(32);
    reader.varuint();
  }
  for (let left = reader.count(10); left > 0 && reader.failed === null; left--) {
    reader.skip(9);
    reader.skip(reader.varuint());
  }
  for (let left = reader.count(1); left > 0 && reader.failed === null; left--) reader.skip(reader.varuint());
}

/** Encodes the fields and computes the ids. Throws on fields that the format cannot represent, which is a bug. */
export function createTransaction(fields: TransactionFields): Transaction {
  const writer = new Writer();
  writeBody(writer, fields);
  const bodyLength = writer.length;
  writer.varuint(fields.witness.length);
  for (const item of fields.witness) writer.varbytes(item);
  return identify(fields, writer.finish(), bodyLength);
}

/** The signature hash of lock type 0: over the network, the body, and the coins spent (protocol.md §6). 32 bytes. */
export function sighash(networkId: Hash, tx: Transaction, spent: readonly Output[]): Hash {
  const coins = coinsWriter.clear();
  for (const coin of spent) coins.u64(coin.amount).u8(coin.lockType).varbytes(coin.lock);
  return hash(DOMAIN.sighash, networkId, tx.bytes.subarray(0, tx.bodyLength), coins.view());
}

// One shared writer, because this runs for every transaction of every block.
const coinsWriter = new Writer(1024);

function identify(fields: TransactionFields, bytes: Uint8Array, bodyLength: number): Transaction {
  return new IdentifiedTransaction(fields, bytes, bodyLength);
}

/**
 * Computes txid and wid when it is created, because map keys and Merkle leaves need them. Other forms of the ids are
 * computed on first use.
 */
class IdentifiedTransaction implements Transaction {
  readonly version: number;
  readonly validFrom: Height;
  readonly expires: Height;
  readonly inputs: readonly Outpoint[];
  readonly outputs: readonly Output[];
  readonly witness: readonly Uint8Array[];
  readonly bytes: Uint8Array;
  readonly bodyLength: number;
  readonly txidBinary: BinaryString;
  readonly widBinary: BinaryString;
  #txid: Hash | null = null;
  #wid: Hash | null = null;
  #txidHex: string | null = null;

  constructor(fields: TransactionFields, bytes: Uint8Array, bodyLength: number) {
    this.version = fields.version;
    this.validFrom = fields.validFrom;
    this.expires = fields.expires;
    this.inputs = fields.inputs;
    this.outputs = fields.outputs;
    this.witness = fields.witness;
    this.bytes = bytes;
    this.bodyLength = bodyLength;
    this.txidBinary = hashRange(DOMAIN.txid, bytes, 0, bodyLength);
    this.widBinary = hashRange(DOMAIN.wid, bytes, 0, bytes.length);
  }

  get txid(): Hash {
    return (this.#txid ??= fromBinary(this.txidBinary));
  }

  get wid(): Hash {
    return (this.#wid ??= fromBinary(this.widBinary));
  }

  get txidHex(): string {
    return (this.#txidHex ??= toHex(this.txid));
  }
}

function readInput(reader: Reader): Outpoint {
  return { txid: reader.bytes(32), index: reader.varuint() };
}

// The range of an amount is a separate rule (checkAmounts), so the format accepts any u64 below 2^53.
function readOutput(reader: Reader): Output {
  return { amount: reader.u64() as Motes, lockType: reader.u8(), lock: reader.varbytes(0xffff_ffff) };
}

function readWitness(reader: Reader): Uint8Array {
  return reader.varbytes(0xffff_ffff);
}

// The array is allocated with its length: an array that grows by push allocates 17 elements with the first one, and
// most lists have one or two.
function readList<T>(reader: Reader, count: number, read: (reader: Reader) => T): T[] {
  if (count > 8) {
    const list: T[] = [];
    for (let i = 0; i < count && reader.failed === null; i++) list.push(read(reader));
    return list;
  }
  const list = new Array<T>(count);
  for (let i = 0; i < count; i++) list[i] = read(reader);
  return list;
}

function writeBody(writer: Writer, fields: TransactionFields): void {
  writer.varuint(fields.version).varuint(fields.validFrom).varuint(fields.expires);
  writer.varuint(fields.inputs.length);
  for (const input of fields.inputs) writer.bytes(input.txid).varuint(input.index);
  writer.varuint(fields.outputs.length);
  for (const output of fields.outputs) writer.u64(output.amount).u8(output.lockType).varbytes(output.lock);
}
