import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { type Header, readHeader } from '../../core/primitives/header.ts';
import { HEADER_BYTES } from '../../core/primitives/limits.ts';
import { type Violation, violation } from '../../core/violation.ts';
import { MAX_BLOCKS_PER_REQUEST, MAX_HEADERS, MAX_LOCATOR } from './frame-types.ts';

/** Encodes a request for the headers after the first id of the locator that is on the peer's best chain. */
export const encodeGetHeaders = (locator: readonly Hash[]): Uint8Array => encodeHashes(locator);
export const decodeGetHeaders = (body: Uint8Array): Hash[] | Violation => decodeHashes(body, MAX_LOCATOR);

/** Encodes a request for blocks. The answer is one frame for each, in this order. */
export const encodeGetBlocks = (ids: readonly Hash[]): Uint8Array => encodeHashes(ids);
export const decodeGetBlocks = (body: Uint8Array): Hash[] | Violation =>
  decodeHashes(body, MAX_BLOCKS_PER_REQUEST);

export function encodeHeaders(headers: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(5 + HEADER_BYTES * headers.length).varuint(headers.length);
  for (const header of headers) writer.bytes(header);
  return writer.finish();
}

/** Decodes `count | count × 88`. The headers are views into `body`. */
export function decodeHeaders(body: Uint8Array): Header[] | Violation {
  const reader = new Reader(body);
  const count = reader.count(HEADER_BYTES);
  if (count > MAX_HEADERS) return violation('codec-length', { count });
  const deferredHeaders: (() => Header)[] = [];
  for (let i = 0; i < count && reader.failed === null; i++) deferredHeaders.push(readHeader(reader));
  const failed = reader.finish();
  return failed === null ? deferredHeaders.map((make) => make()) : violation(failed);
}

function encodeHashes(hashes: readonly Hash[]): Uint8Array {
  const writer = new Writer(5 + 32 * hashes.length).varuint(hashes.length);
  for (const hash of hashes) writer.bytes(hash);
  return writer.finish();
}

function decodeHashes(body: Uint8Array, max: number): Hash[] | Violation {
  const reader = new Reader(body);
  const hashes = readHashes(reader, max);
  const failed = reader.finish();
  return failed === null ? hashes : violation(failed);
}

/** Reads `count | count × 32`, at most `max` hashes. */
export function readHashes(reader: Reader, max: number): Hash[] {
  const count = reader.count(32);
  if (count > max) reader.fail('codec-length');
  const hashes: Hash[] = [];
  for (let i = 0; i < count && reader.failed === null; i++) hashes.push(reader.bytes(32));
  return hashes;
}
