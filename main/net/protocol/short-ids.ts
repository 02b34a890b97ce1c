import { DOMAIN, type Hash, hash } from '../../core/crypto/hash.ts';
import { libsodium } from '../../workers/sodium.ts';

/** Bytes of a short id in a compact block. */
export const SHORT_ID_BYTES = 6;

/** The key of the short ids of one compact block: the first 16 bytes of H(0x0b, block id | nonce). */
export function shortIdKey(blockId: Hash, nonce: Uint8Array): Uint8Array {
  return hash(DOMAIN.shortIdKey, blockId, nonce).slice(0, 16);
}

const digest = new Uint8Array(8);
const view = new DataView(digest.buffer);

/**
 * The lowest 48 bits of SipHash-2-4 of a wid, as an exact number. The nonce limits a collision to one compact block.
 * Computed by libsodium, since blocks are so rare that JavaScript code would never be optimised: 0.4 µs from the
 * first call on.
 */
export function shortIdOf(key: Uint8Array, wid: Uint8Array): number {
  libsodium.crypto_shorthash(digest, wid, key);
  return view.getUint32(0, true) + view.getUint16(4, true) * 0x1_0000_0000;
}
