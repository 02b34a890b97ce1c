import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { type BinaryString, fromBinary, toBinary } from '../codec/binary.ts';

/** 32 bytes of SHA-256 in its output order; hexadecimal ids have the same order. */
export type Hash = Uint8Array;

/** The byte before the hashed data, so that a hash of one kind cannot pass as another (protocol.md §2). */
export const DOMAIN = {
  txid: 0x01,
  wid: 0x02,
  sighash: 0x03,
  header: 0x04,
  merkleLeaf: 0x05,
  merkleNode: 0x06,
  snapshotChunk: 0x07,
  snapshotNode: 0x08,
  snapshotRoot: 0x09,
  policyLeaf: 0x0a,
  shortIdKey: 0x0b,
  message: 0x0c,
  policyNode: 0x0d,
  policySighash: 0x0e,
  parameters: 0x0f,
} as const;

/** SHA-256 as a binary string of 32 bytes. In Node.js that is three times as fast as a byte array. */
export type Sha256 = (data: Uint8Array) => BinaryString;

let sha256: Sha256 = (data) => toBinary(nobleSha256(data));

/**
 * Replaces the SHA-256 of noble by a faster one for the whole process. main/workers does so after a self-check. This
 * global state is acceptable, because both give the same results.
 */
export function installSha256(implementation: Sha256): void {
  sha256 = implementation;
}

// After signatures, hashing is the largest cost of connecting a block. One scratch buffer, with one view per usual
// message length, saves two allocations per hash.
const scratch = new Uint8Array(1 << 17);
const views: Uint8Array[] = [];
const MAX_VIEWS = 1024;

function scratchView(length: number): Uint8Array {
  if (length >= MAX_VIEWS) return scratch.subarray(0, length);
  return (views[length] ??= scratch.subarray(0, length));
}

/** SHA-256(domain byte | parts) as a binary string: the cheapest form. */
export function hashBinary(domain: number, ...parts: readonly Uint8Array[]): BinaryString {
  let length = 1;
  for (const part of parts) length += part.length;
  const buffer = length <= scratch.length ? scratch : new Uint8Array(length);
  buffer[0] = domain;
  let at = 1;
  for (const part of parts) {
    buffer.set(part, at);
    at += part.length;
  }
  return sha256(buffer === scratch ? scratchView(length) : buffer);
}

/** SHA-256(domain byte | bytes `from` up to `to`), without a view of the part. */
export function hashRange(domain: number, bytes: Uint8Array, from: number, to: number): BinaryString {
  const length = to - from + 1;
  if (length > MAX_VIEWS) return hashBinary(domain, bytes.subarray(from, to));
  scratch[0] = domain;
  for (let i = 1; i < length; i++) scratch[i] = bytes[from + i - 1]!;
  return sha256(scratchView(length));
}

/** SHA-256(domain byte | parts). 32 bytes. */
export function hash(domain: number, ...parts: readonly Uint8Array[]): Hash {
  return fromBinary(hashBinary(domain, ...parts));
}

/** Plain SHA-256 without a domain, for checksums of files and the like; never for ids. */
export function plainSha256(data: Uint8Array): Hash {
  return fromBinary(sha256(data));
}
