/** A fee over the bytes that it pays for, kept as a fraction. `fee` in motes, at most 8.4e15; `size` in bytes. */
export interface Feerate {
  readonly fee: number;
  readonly size: number;
}

/**
 * Exact order of two feerates: negative when `a` pays less per byte. Sizes must be positive. Multiplies crosswise, in
 * BigInt where a product might not be exact: 8.4e15 motes times a package's bytes do not fit a number.
 */
export function compareFeerates(a: Feerate, b: Feerate): number {
  const left = a.fee * b.size;
  const right = b.fee * a.size;
  // Rounding keeps order, so a product that comes out as a safe integer was exact.
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left - right;
  const difference = BigInt(a.fee) * BigInt(b.size) - BigInt(b.fee) * BigInt(a.size);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Whether it pays at least `perByte` motes for every byte. A product too big to be exact is bigger than any fee. */
export function meetsFeerate(feerate: Feerate, perByte: number): boolean {
  return feerate.fee >= perByte * feerate.size;
}

/** Motes per byte, rounded up: the least whole number that is not below the feerate. */
export function perByteCeil(feerate: Feerate): number {
  const whole = Math.floor(feerate.fee / feerate.size);
  return whole * feerate.size >= feerate.fee ? whole : whole + 1;
}

export const higherFeerate = (a: Feerate, b: Feerate): Feerate => (compareFeerates(a, b) >= 0 ? a : b);
export const lowerFeerate = (a: Feerate, b: Feerate): Feerate => (compareFeerates(a, b) <= 0 ? a : b);
