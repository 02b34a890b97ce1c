import type { Height } from '../../shared/units.ts';
import { fromHex } from '../core/codec/hex.ts';
import type { Hash } from '../core/crypto/hash.ts';
import { type CoinKey, readCoinKey } from '../core/primitives/coin-key.ts';

/**
 * Every key of the chain database, in one table. Changing it means a new SCHEMA and a migration (docs/storage.md).
 *
 *   meta    'm' | name                               schema version, network id
 *   state   's'                                      tip, commit number, totals of the UTXO set
 *   mark    'k' | commit number mod 4096, u16 BE     the commit number; an older one means that LevelDB lost a commit
 *   header  'h' | height u32 BE | id 32              parents before children
 *   coin    'c' | txid 32 | index u32 BE             in the order of a snapshot
 *   loading 'mloading'                               while a snapshot's coins are being written
 *   base    'mbase'                                  the block whose snapshot this chain began with: height u32 | id 32
 *   epoch   'e' | height u32 BE | id 32              the root of the UTXO set as of that block
 *   undo    'u' | height u32 BE | id 32              the undo record of a block that may not be on the disk in undo/ yet
 */
export const SCHEMA = 3;
export const COMMIT_MARKS = 4096;
export const COIN_KEY_BYTES = 37;

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export const PREFIX = { header: 0x68, coin: 0x63, epoch: 0x65, undo: 0x75 } as const;

export const key = {
  schema: ascii('mschema'),
  network: ascii('mnetwork'),
  loading: ascii('mloading'),
  base: ascii('mbase'),
  state: ascii('s'),
  mark: (commit: number): Uint8Array => {
    const slot = commit % COMMIT_MARKS;
    return Uint8Array.of(0x6b, slot >>> 8, slot & 0xff);
  },
  header: (height: Height, id: Hash): Uint8Array => atHeight(PREFIX.header, height, id),
  epoch: (height: Height, id: Hash): Uint8Array => atHeight(PREFIX.epoch, height, id),
  undo: (height: Height, id: Hash): Uint8Array => atHeight(PREFIX.undo, height, id),
  coin: (coin: CoinKey, into: Uint8Array = new Uint8Array(COIN_KEY_BYTES)): Uint8Array => {
    into[0] = PREFIX.coin;
    writeU32BE(into, 33, readCoinKey(coin, into, 1));
    return into;
  },
} as const;

/** The half-open range of all keys with this first byte. */
export function rangeOf(prefix: number): { gte: Uint8Array; lt: Uint8Array } {
  return { gte: Uint8Array.of(prefix), lt: Uint8Array.of(prefix + 1) };
}

/** The range of all headers of one height. */
export function headersAt(height: Height): { gte: Uint8Array; lte: Uint8Array } {
  return {
    gte: key.header(height, new Uint8Array(32)),
    lte: key.header(height, new Uint8Array(32).fill(0xff)),
  };
}

/** The block id from the key of a header or an undo record. */
export function idInKey(at: Uint8Array): Hash {
  return at.subarray(5);
}

export function hexToHash(hex: string): Hash {
  const bytes = fromHex(hex);
  if (bytes?.length !== 32) throw new RangeError(`not an id: ${hex}`);
  return bytes;
}

function atHeight(prefix: number, height: Height, id: Hash): Uint8Array {
  const bytes = new Uint8Array(37);
  bytes[0] = prefix;
  writeU32BE(bytes, 1, height);
  bytes.set(id, 5);
  return bytes;
}

function writeU32BE(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
