/**
 * The signature rule of the chain, step by step (protocol.md §6). This implementation defines the rule: the fast one is
 * used only if it gives the same results. About 1.5 ms per check.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../codec/bytes.ts';
import { fromHex } from '../codec/hex.ts';

const Point = ed25519.Point;
const L = Point.Fn.ORDER;
const P = Point.Fp.ORDER;

// The y-coordinates of the eight points of small order, with every 255-bit way to write them (p and p+1 are 0 and 1).
const SMALL_ORDER_Y = [
  0n,
  1n,
  littleEndian(fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')!),
  littleEndian(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')!),
  P - 1n,
  P,
  P + 1n,
];

/**
 * Whether the signature is valid under the strict rule. Never throws; false for wrong lengths. `verify` of noble is not
 * used, because it accepts more signatures: two nodes with different rules would split the chain.
 */
export function verifyReference(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  // Without this check S + L would be a second valid signature that any third party can compute.
  if (s >= L) return false;
  const keyY = withoutSign(key);
  if (keyY >= P) return false;
  // With a key of small order one signature is valid for many messages.
  if (SMALL_ORDER_Y.includes(keyY) || SMALL_ORDER_Y.includes(withoutSign(r))) return false;
  const a = decompress(key);
  if (a === null) return false;
  const k = littleEndian(sha512.create().update(r).update(key).update(message).digest()) % L;
  // Computed without the cofactor and compared as bytes, so that a non-canonical R fails too.
  const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), r);
}

/** The public key of a 32-byte seed (RFC 8032). Throws on another length. */
export function publicKeyFromSeed(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** The 64-byte signature of a message by a 32-byte seed (RFC 8032, deterministic). Throws on another length. */
export function sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed);
}

function decompress(bytes: Uint8Array): InstanceType<typeof Point> | null {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return null; // not on the curve
  }
}

function withoutSign(point: Uint8Array): bigint {
  return littleEndian(point) & ((1n << 255n) - 1n);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
