/**
 * Targets in four bytes, as in Bitcoin. The first byte is the length of the number in bytes. The other three are its
 * leading bytes, of which the highest bit would be a sign (protocol.md §8).
 */

const SIGN = 0x00800000;
const WORK_RANGE = 1n << 256n;

/**
 * The target that `bits` encodes. 0n, which no hash can meet, if `bits` encodes none: zero, negative, above 256 bits,
 * or another encoding than {@link targetToBits} gives. Never throws for a u32.
 */
export function bitsToTarget(bits: number): bigint {
  const target = decode(bits);
  // With two encodings of one target, blocks with the same work would have two ids.
  return target !== 0n && targetToBits(target) === bits ? target : 0n;
}

/**
 * The compact form of a target, rounded down to its leading 15 to 23 bits. Asserts that the target is from 0n to
 * 2^256 - 1.
 */
export function targetToBits(target: bigint): number {
  if (target < 0n || target >= WORK_RANGE) throw new RangeError('a target has 256 bits');
  if (target === 0n) return 0;
  let size = (target.toString(16).length + 1) >> 1;
  let word = Number(size <= 3 ? target << BigInt(8 * (3 - size)) : target >> BigInt(8 * (size - 3)));
  if ((word & SIGN) !== 0) {
    word >>= 8;
    size += 1;
  }
  return size * 0x1000000 + word;
}

/** The average number of hashes to meet a target: floor(2^256 / (target + 1)); 0n for 0n, which is not a target. */
export function workOf(target: bigint): bigint {
  return target <= 0n ? 0n : WORK_RANGE / (target + 1n);
}

// Equals SetCompact of Bitcoin Core, with 0n where that sets the sign or overflow flag.
function decode(bits: number): bigint {
  const size = bits >>> 24;
  const word = bits & 0x007fffff;
  if ((bits & SIGN) !== 0 || size > 34) return 0n;
  if (size <= 3) return BigInt(word >> (8 * (3 - size)));
  const target = BigInt(word) << BigInt(8 * (size - 3));
  return target < WORK_RANGE ? target : 0n;
}
