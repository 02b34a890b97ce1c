import { DOMAIN, type Hash, hash } from '../../core/crypto/hash.ts';
import { libsodium } from '../../workers/sodium.ts';

/** Bytes of a short id in a compact block. */
export const SHORT_ID_BYTES = 6;

/** The key for the short ids of one compact block: the first 16 bytes of H(0x0b, block id | nonce). */
export function shortIdKey(blockId: Hash, nonce: Uint8Array): Uint8Array {
  return hash(DOMAIN.shortIdKey, blockId, nonce).slice(0, 16);
}

const digest = new Uint8Array(8);
const view = new DataView(digest.buffer);

/**
 * The short id of a wid: the lowest 48 bits of SipHash-2-4, as an exact number. Because of the nonce a collision
 * affects only one compact block. Computed by libsodium in 0.4 µs. Blocks are so rare that JavaScript code for it would
 * never be optimised.
 */
export function shortIdOf(key: Uint8Array, wid: Uint8Array): number {
  libsodium.crypto_shorthash(digest, wid, key);
  return view.getUint32(0, true) + view.getUint16(4, true) * 0x1_0000_0000;
}
