/**
 * Targets in four bytes, as Bitcoin writes them: the first byte is the length of the number in bytes, the other
 * three its leading bytes, the highest bit of which would be a sign. Protocol 1.
 */

const SIGN = 0x00800000;
const WORK_RANGE = 1n << 256n;

/**
 * The target that `bits` stands for, or 0n, which no hash can meet, when it stands for none: zero, negative, over
 * 256 bits, or not the one way in which {@link targetToBits} writes that target. Total for any u32.
 */
export function bitsToTarget(bits: number): bigint {
  const target = decode(bits);
  // Two encodings of one target would give the same work two block ids.
  return target !== 0n && targetToBits(target) === bits ? target : 0n;
}

/** The compact form of a target, rounded down to its leading 15 to 23 bits. Takes 0n to 2^256 - 1, asserts that. */
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

/** The hashes that meeting a target takes on average: floor(2^256 / (target + 1)); 0n for 0n, which is no target. */
export function workOf(target: bigint): bigint {
  return target <= 0n ? 0n : WORK_RANGE / (target + 1n);
}

// All that Bitcoin's SetCompact does, its sign and overflow flags turned into 0n.
function decode(bits: number): bigint {
  const size = bits >>> 24;
  const word = bits & 0x007fffff;
  if ((bits & SIGN) !== 0 || size > 34) return 0n;
  if (size <= 3) return BigInt(word >> (8 * (3 - size)));
  const target = BigInt(word) << BigInt(8 * (size - 3));
  return target < WORK_RANGE ? target : 0n;
}
