import { isMotes } from '../../shared/units.ts';
import type { Coin } from '../core/primitives/coin.ts';
import { MAX_LOCK_BYTES } from '../core/primitives/limits.ts';
import { CHECKSUM_BYTES } from './checksum.ts';

const FIXED_BYTES = 14;

/** Bytes of a stored coin, without a checksum. */
export const coinLength = (coin: Coin): number => FIXED_BYTES + coin.lock.length;

/**
 * Encodes a coin: height u32 | coinbase u8 | amount u64 | lockType u8 | lock (the rest). Little-endian. Leaves `front`
 * free bytes before it for a checksum.
 */
export function encodeCoin(coin: Coin, front: number = CHECKSUM_BYTES): Uint8Array {
  return writeCoin(coin, new Uint8Array(front + coinLength(coin)), front);
}

/** Encodes a coin into `bytes` after `front` free bytes. The coin must end where `bytes` ends. */
export function writeCoin(coin: Coin, bytes: Uint8Array, front: number): Uint8Array {
  writeU32(bytes, front, coin.height);
  bytes[front + 4] = coin.coinbase ? 1 : 0;
  writeU32(bytes, front + 5, coin.amount % 0x1_0000_0000);
  writeU32(bytes, front + 9, Math.floor(coin.amount / 0x1_0000_0000));
  bytes[front + 13] = coin.lockType;
  bytes.set(coin.lock, front + FIXED_BYTES);
  return bytes;
}

/**
 * The inverse of encodeCoin. Null for bytes that encodeCoin never writes. The lock is a copy, so that the record can be
 * freed.
 */
export function decodeCoin(payload: Uint8Array): Coin | null {
  const size = payload.length - FIXED_BYTES;
  const amount = readU32(payload, 5) + readU32(payload, 9) * 0x1_0000_0000;
  if (size < 0 || size > MAX_LOCK_BYTES || payload[4]! > 1 || !isMotes(amount)) return null;
  return {
    height: readU32(payload, 0),
    coinbase: payload[4] === 1,
    amount,
    lockType: payload[13]!,
    lock: payload.slice(FIXED_BYTES),
  };
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
