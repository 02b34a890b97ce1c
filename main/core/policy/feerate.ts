/** A fee and the bytes that it pays for, as a fraction. `fee` in motes, at most 8.4e15; `size` in bytes. */
export interface Feerate {
  readonly fee: number;
  readonly size: number;
}

/**
 * Compares two fee rates exactly: negative when `a` pays less per byte. Sizes must be positive. Multiplies crosswise,
 * with BigInt where a product might not be exact: 8.4e15 motes times the bytes of a package do not fit a number.
 */
export function compareFeerates(a: Feerate, b: Feerate): number {
  const left = a.fee * b.size;
  const right = b.fee * a.size;
  // A product that is a safe integer is exact, because rounding is monotonic.
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left - right;
  const difference = BigInt(a.fee) * BigInt(b.size) - BigInt(b.fee) * BigInt(a.size);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Whether it pays at least `perByte` motes for every byte. A product too large to be exact is larger than any fee. */
export function meetsFeerate(feerate: Feerate, perByte: number): boolean {
  return feerate.fee >= perByte * feerate.size;
}

/** Motes per byte, rounded up to a whole number. */
export function perByteCeil(feerate: Feerate): number {
  const whole = Math.floor(feerate.fee / feerate.size);
  return whole * feerate.size >= feerate.fee ? whole : whole + 1;
}

export const higherFeerate = (a: Feerate, b: Feerate): Feerate => (compareFeerates(a, b) >= 0 ? a : b);
export const lowerFeerate = (a: Feerate, b: Feerate): Feerate => (compareFeerates(a, b) <= 0 ? a : b);
