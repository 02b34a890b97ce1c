import { hash as nodeHash } from 'node:crypto';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../core/codec/bytes.ts';
import { fromBinary, installToBinary } from '../core/codec/binary.ts';
import { installSha256, type Sha256 } from '../core/crypto/hash.ts';

export interface HashEngine {
  readonly engine: 'node:crypto' | 'noble';
  /** Why node:crypto is not used. */
  readonly reason?: string;
}

/** SHA-256 of node:crypto as a binary string, which is three times as fast as a Buffer. */
export const sha256WithNode: Sha256 = (data) => nodeHash('sha256', data, 'binary');

/** Latin-1 of Node.js: one character per byte. */
const toBinaryWithNode = (bytes: Uint8Array): string => latin1Slice.call(bytes, 0, bytes.length);
const latin1Slice = (
  Buffer.prototype as unknown as { latin1Slice(this: Uint8Array, start: number, end: number): string }
).latin1Slice;

/**
 * Uses node:crypto for the hashes of the core if it agrees with noble on every length around a block boundary. Takes
 * about 3 ms.
 */
export function installNativeSha256(candidate: Sha256 = sha256WithNode): HashEngine {
  const length = LENGTHS.find((n) => !agrees(candidate, sample(n)));
  if (length !== undefined) {
    return { engine: 'noble', reason: `node:crypto's SHA-256 differs from noble's for ${length} bytes` };
  }
  installSha256(candidate);
  installToBinary(toBinaryWithNode);
  return { engine: 'node:crypto' };
}

// SHA-256 pads to 64-byte blocks, so errors of an implementation show at lengths around block boundaries.
const LENGTHS = [...Array.from({ length: 130 }, (_, n) => n), 255, 256, 1000, 4096, 20_000];

function agrees(candidate: Sha256, data: Uint8Array): boolean {
  try {
    return (
      equalBytes(fromBinary(candidate(data)), nobleSha256(data)) &&
      equalBytes(fromBinary(toBinaryWithNode(data)), data)
    );
  } catch {
    return false;
  }
}

function sample(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 0xff);
}
