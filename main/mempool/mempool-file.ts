import { createHash, type Hash as Hasher } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { UnixSeconds } from '../../shared/units.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { Reader } from '../core/codec/reader.ts';
import { Writer } from '../core/codec/writer.ts';
import type { Hash } from '../core/crypto/hash.ts';
import { MAX_POOL_USAGE } from '../core/policy/policy-limits.ts';
import { MAX_TRANSACTION_BYTES } from '../core/primitives/limits.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import { OBSERVED_BLOCKS } from './block-rates.ts';
import type { ObservedBlock } from './mined-odds.ts';
import { syncFolder } from '../lib/sync-folder.ts';
import { codeOf } from '../lib/errors.ts';

/** One transaction as the file keeps it. Byte for byte: docs/formats/mempool-file.md. */
export interface SavedTransaction {
  readonly time: UnixSeconds;
  readonly bytes: Uint8Array;
}

/** What the file keeps over a restart. */
export interface SavedPool {
  /** Parents before children. */
  readonly transactions: readonly SavedTransaction[];
  /** The last observed blocks, in order of height. */
  readonly blocks: readonly ObservedBlock[];
}

/** A sentence for the log that says why the file cannot be read. */
export interface UnusableFile {
  readonly problem: string;
}

const MAGIC = Uint8Array.from('KITHPOOL', (character) => character.charCodeAt(0));
const FORMAT = 2;
/** Has no observed blocks. */
const FORMAT_WITHOUT_BLOCKS = 1;
const NETWORK_BYTES = 32;
const CHECKSUM_BYTES = 32;
const MAX_FILE_BYTES = 2 * MAX_POOL_USAGE;
const CHUNK_BYTES = 1 << 20;
/** Fee rates are saved in motes per this many bytes. */
const RATE_BYTES = 1000;
/** The highest fee rate that is saved, in motes per byte: none that a wallet can ask for is above it. */
const MAX_RATE = 1_000_000_000;

/**
 * Writes a temporary file, syncs it and renames it over the old one, so that a complete file always exists.
 * @throws what the file system throws
 */
export async function writePoolFile(
  file: string,
  networkId: Hash,
  saved: UnixSeconds,
  pool: SavedPool,
): Promise<void> {
  const beside = `${file}.new`;
  try {
    const handle = await open(beside, 'w', 0o600);
    try {
      const checksum = createHash('sha256');
      for (const chunk of chunks(networkId, saved, pool)) {
        checksum.update(chunk);
        await handle.write(chunk);
      }
      await handle.write(checksum.digest());
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
    crashPoint('mempool file');
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Everything before the checksum, in pieces: saving needs no second copy of the pool in memory. */
function* chunks(
  networkId: Hash,
  saved: UnixSeconds,
  { transactions, blocks }: SavedPool,
): Generator<Uint8Array> {
  let writer = new Writer(CHUNK_BYTES + MAX_TRANSACTION_BYTES);
  writer.bytes(MAGIC).u32(FORMAT).bytes(networkId).u64(saved).u32(transactions.length);
  for (const { time, bytes } of transactions) {
    writer.u64(time).varbytes(bytes);
    if (writer.length < CHUNK_BYTES) continue;
    yield writer.finish();
    writer = new Writer(CHUNK_BYTES + MAX_TRANSACTION_BYTES);
  }
  writer.u32(blocks.length);
  for (const { height, asked, reach } of blocks)
    writer.u32(height).u64(savedRate(asked)).u64(savedRate(reach));
  yield writer.finish();
}

const savedRate = (perByte: number): number => Math.round(Math.min(perByte, MAX_RATE) * RATE_BYTES);

/** Reads the mempool file of this network. Null when there is none. The content of the file never makes this throw. */
export async function readPoolFile(file: string, networkId: Hash): Promise<SavedPool | UnusableFile | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(file, MAX_FILE_BYTES);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    return { problem: `it cannot be read (${codeOf(error) ?? 'unknown'})` };
  }
  return decodePoolFile(bytes, networkId);
}

/** Decodes a whole file. Accepts any bytes and never throws. The transactions are views into `bytes`. */
export function decodePoolFile(bytes: Uint8Array, networkId: Hash): SavedPool | UnusableFile {
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < MAGIC.length || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    return { problem: 'it is not a mempool file' };
  }
  if (!equalBytes(digest(createHash('sha256'), bytes.subarray(0, end)), bytes.subarray(end))) {
    return { problem: 'its checksum does not match, so it was damaged or not written to its end' };
  }
  const reader = new Reader(bytes, MAGIC.length, end);
  const format = reader.u32();
  if (format !== FORMAT && format !== FORMAT_WITHOUT_BLOCKS)
    return { problem: `it has format ${format}, and this version reads formats 1 to ${FORMAT}` };
  if (!equalBytes(reader.bytes(NETWORK_BYTES), networkId))
    return { problem: 'it belongs to another network' };
  reader.u64();
  const count = reader.u32();
  const transactions: SavedTransaction[] = [];
  for (let i = 0; i < count && reader.failed === null; i++) {
    transactions.push({ time: reader.u64(), bytes: reader.varbytes(MAX_TRANSACTION_BYTES) });
  }
  const blocks = format === FORMAT_WITHOUT_BLOCKS ? [] : readBlocks(reader);
  const failed = reader.finish();
  return failed === null ? { transactions, blocks } : { problem: `it cannot be decoded (${failed})` };
}

function readBlocks(reader: Reader): ObservedBlock[] {
  const count = reader.u32();
  const blocks: ObservedBlock[] = [];
  // More than these are of no use, and make `finish` fail.
  for (let i = 0; i < Math.min(count, OBSERVED_BLOCKS) && reader.failed === null; i++)
    blocks.push({ height: reader.u32(), asked: reader.u64() / RATE_BYTES, reach: reader.u64() / RATE_BYTES });
  return blocks;
}

const digest = (hasher: Hasher, bytes: Uint8Array): Uint8Array => hasher.update(bytes).digest();
