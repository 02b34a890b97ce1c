/** Coins and transactions of a wallet, and their bytes in the database (docs/formats/wallet-file.md, "wallet-data"). */
import type { Height, Motes, UnixSeconds } from '../../../shared/units.ts';
import { fromHex, toHex } from '../../core/codec/hex.ts';
import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import { MAX_TRANSACTION_BYTES } from '../../core/primitives/limits.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Chain, KeyPath } from '../keys/key-path.ts';

/** A coin of the wallet. `height` is 0 for an unconfirmed one. */
export interface OwnCoin {
  readonly amount: Motes;
  readonly keyPath: KeyPath;
  readonly height: Height;
  readonly coinbase: boolean;
}

/** An input that spends a coin of the wallet. It has the coin, so that disconnecting a block can restore it. */
export interface OwnInput {
  readonly index: number;
  readonly coin: OwnCoin;
}

/** An output that pays a key of the wallet. */
export interface OwnOutput {
  readonly index: number;
  readonly keyPath: KeyPath;
}

/** A transaction that concerns the wallet. */
export interface WalletRecord {
  readonly tx: Transaction;
  readonly firstSeen: UnixSeconds;
  readonly inputs: readonly OwnInput[];
  readonly outputs: readonly OwnOutput[];
}

export interface MinedRecord extends WalletRecord {
  readonly height: Height;
  /** Index in the block. */
  readonly position: number;
  /** Time of the block. */
  readonly time: UnixSeconds;
}

export interface UnconfirmedRecord extends WalletRecord {
  /** Height of the block with a conflicting transaction; null for none. */
  readonly conflict: Height | null;
  /** Whether the mempool replaced it by a transaction that spends the same coins. */
  readonly replaced: boolean;
  /** Whether it was in a block before a reorganisation. */
  readonly wasMined: boolean;
  /** Txid of the transaction of the wallet in a block that spends one of its coins; null for none. */
  readonly replacedBy: string | null;
  /** Whether a peer has it or had it: it came from one, or a peer requested or announced it. */
  readonly hadPeer: boolean;
}

/** What transactions have paid to one key: their number, and the sum in motes. */
export interface Receipts {
  readonly payments: number;
  readonly received: number;
}

export function encodeCoin(coin: OwnCoin): Uint8Array {
  const writer = new Writer(24);
  writeCoin(writer, coin);
  return writer.finish();
}

/** Null for bytes that encodeCoin never writes. */
export function decodeCoin(bytes: Uint8Array): OwnCoin | null {
  const reader = new Reader(bytes);
  const coin = readCoin(reader);
  return reader.finish() === null ? coin : null;
}

export function encodeMined(record: MinedRecord): Uint8Array {
  const writer = new Writer(512);
  writer.u32(record.height).u32(record.position).u64(record.time);
  writeRecord(writer, record);
  return writer.finish();
}

export function decodeMined(bytes: Uint8Array): MinedRecord | null {
  const reader = new Reader(bytes);
  const context = { height: reader.u32(), position: reader.u32(), time: reader.u64() };
  const record = readRecord(reader);
  return record === null ? null : { ...context, ...record };
}

/** Number of payments to a key, and their sum. */
export function encodeReceipts({ payments, received }: Receipts): Uint8Array {
  return new Writer(12).u32(payments).u64(received).finish();
}

export function decodeReceipts(bytes: Uint8Array): Receipts | null {
  const reader = new Reader(bytes);
  const receipts = { payments: reader.u32(), received: reader.u64() };
  return reader.finish() === null ? receipts : null;
}

export function encodeUnconfirmed(record: UnconfirmedRecord): Uint8Array {
  const writer = new Writer(512);
  const { replaced, wasMined, conflict, replacedBy, hadPeer } = record;
  writer.u8(
    (replaced ? 1 : 0) |
      (wasMined ? 2 : 0) |
      (conflict === null ? 0 : 4) |
      (replacedBy === null ? 0 : 8) |
      (hadPeer ? 16 : 0),
  );
  writer.u32(conflict ?? 0);
  if (replacedBy !== null) writer.bytes(fromHex(replacedBy)!);
  writeRecord(writer, record);
  return writer.finish();
}

/** Also reads records of schemas 1 to 3, which have no `replacedBy`, and those that have no `hadPeer`. */
export function decodeUnconfirmed(bytes: Uint8Array): UnconfirmedRecord | null {
  const reader = new Reader(bytes);
  const flags = reader.u8();
  const height = reader.u32();
  const replacedBy = (flags & 8) === 0 ? null : toHex(reader.bytes(32));
  const record = readRecord(reader);
  if (record === null) return null;
  return {
    replaced: (flags & 1) !== 0,
    wasMined: (flags & 2) !== 0,
    conflict: (flags & 4) !== 0 ? height : null,
    replacedBy,
    hadPeer: (flags & 16) !== 0,
    ...record,
  };
}

function writeRecord(writer: Writer, { tx, firstSeen, inputs, outputs }: WalletRecord): void {
  writer.u64(firstSeen).varuint(inputs.length);
  for (const input of inputs) {
    writer.varuint(input.index);
    writeCoin(writer, input.coin);
  }
  writer.varuint(outputs.length);
  for (const output of outputs) {
    writer.varuint(output.index);
    writeKeyPath(writer, output.keyPath);
  }
  writer.varbytes(tx.bytes);
}

function readRecord(reader: Reader): WalletRecord | null {
  const firstSeen = reader.u64();
  const inputs: OwnInput[] = [];
  for (let left = reader.count(1); left > 0 && reader.failed === null; left--) {
    inputs.push({ index: reader.varuint(), coin: readCoin(reader) });
  }
  const outputs: OwnOutput[] = [];
  for (let left = reader.count(1); left > 0 && reader.failed === null; left--) {
    outputs.push({ index: reader.varuint(), keyPath: readKeyPath(reader) });
  }
  const bytes = reader.varbytes(MAX_TRANSACTION_BYTES);
  if (reader.finish() !== null) return null;
  // A copy, because a view would keep the whole buffer in memory.
  const tx = decodeTransaction(Uint8Array.from(bytes));
  return isViolation(tx) ? null : { tx, firstSeen, inputs, outputs };
}

function writeCoin(writer: Writer, coin: OwnCoin): void {
  writer.u64(coin.amount);
  writeKeyPath(writer, coin.keyPath);
  writer.u32(coin.height).u8(coin.coinbase ? 1 : 0);
}

function readCoin(reader: Reader): OwnCoin {
  const amount = reader.u64() as Motes;
  const keyPath = readKeyPath(reader);
  return { amount, keyPath, height: reader.u32(), coinbase: reader.u8() === 1 };
}

function writeKeyPath(writer: Writer, { chain, index }: KeyPath): void {
  writer.u8(chain).varuint(index);
}

function readKeyPath(reader: Reader): KeyPath {
  const chain: Chain = reader.u8() === 1 ? 1 : 0;
  return { chain, index: reader.varuint() };
}
