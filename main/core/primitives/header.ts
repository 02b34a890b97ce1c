import type { Height, UnixSeconds } from '../../../shared/units.ts';
import { toHex } from '../codec/hex.ts';
import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { DOMAIN, hash, type Hash } from '../crypto/hash.ts';
import { type Violation, violation } from '../violation.ts';
import { HEADER_BYTES } from './limits.ts';

export interface HeaderFields {
  /** Version bits: top bits 001, the rest signal deployments (protocol.md §13). */
  readonly version: number;
  readonly prev: Hash;
  readonly merkle: Hash;
  readonly time: UnixSeconds;
  /** The target in compact form. */
  readonly bits: number;
  readonly height: Height;
  readonly nonce: number;
}

/** A header with its 88 bytes and its id. */
export interface Header extends HeaderFields {
  readonly bytes: Uint8Array;
  readonly id: Hash;
  readonly idHex: string;
}

/** Offset of the nonce in the 88 bytes: the last four, so that a miner changes nothing else. */
export const NONCE_OFFSET = 84;

/** Reads exactly 88 bytes. */
export function decodeHeader(bytes: Uint8Array): Header | Violation {
  const reader = new Reader(bytes);
  const header = readHeader(reader);
  const failed = reader.finish();
  return failed === null ? header() : violation(failed);
}

/** Reads a header inside a longer encoding. Returns a function for the reason given at readTransaction. */
export function readHeader(reader: Reader): () => Header {
  const start = reader.offset;
  const version = reader.u32();
  const prev = reader.bytes(32);
  const merkle = reader.bytes(32);
  const time = reader.u64();
  const bits = reader.u32();
  const height = reader.u32();
  const nonce = reader.u32();
  const bytes = reader.source.subarray(start, start + HEADER_BYTES);
  return () => identify({ version, prev, merkle, time, bits, height, nonce }, bytes);
}

export function createHeader(fields: HeaderFields): Header {
  const { version, prev, merkle, time, bits, height, nonce } = fields;
  const writer = new Writer(HEADER_BYTES);
  writer.u32(version).bytes(prev).bytes(merkle).u64(time).u32(bits).u32(height).u32(nonce);
  return identify(fields, writer.finish());
}

/**
 * The fields of a header that the index stores, from 88 checked bytes and their known id; null if they cannot be
 * read.
 */
export function readKnownHeader(
  bytes: Uint8Array,
  idHex: string,
): Pick<Header, 'idHex' | 'version' | 'prev' | 'time' | 'bits' | 'height' | 'bytes'> | null {
  const reader = new Reader(bytes);
  const version = reader.u32();
  const prev = reader.bytes(32);
  reader.bytes(32);
  const time = reader.u64();
  const bits = reader.u32();
  const height = reader.u32();
  reader.u32();
  return reader.finish() === null ? { idHex, version, prev, time, bits, height, bytes } : null;
}

function identify(fields: HeaderFields, bytes: Uint8Array): Header {
  const { version, prev, merkle, time, bits, height, nonce } = fields;
  const id = hash(DOMAIN.header, bytes);
  return { version, prev, merkle, time, bits, height, nonce, bytes, id, idHex: toHex(id) };
}
