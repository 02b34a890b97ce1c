/** Units that every layer shares: amounts, heights and times, and how amounts are written for people. */

/** An amount in motes, a whole number from 0 to {@link MAX_MOTES}; exact in a JavaScript number. */
export type Motes = number & { readonly __unit: 'motes' };
/** A position in the chain; genesis is 0. */
export type Height = number & { readonly __unit?: 'height' };
/** Seconds since 1970-01-01T00:00:00Z. */
export type UnixSeconds = number & { readonly __unit?: 'unix-seconds' };

export const TICKER = 'KITH';
export const MOTES_PER_KITH = 100_000_000;
/** No network may ever issue more than this (protocol 1); below 2^53, so sums of amounts are checked, never rounded. */
export const MAX_MOTES = 8_400_000_000_000_000 as Motes;

export function isMotes(value: number): value is Motes {
  return Number.isSafeInteger(value) && value >= 0 && value <= MAX_MOTES;
}

/** Brands a number that is known to be an amount; a value out of range is a bug, so it throws. */
export function toMotes(value: number): Motes {
  if (!isMotes(value)) throw new RangeError(`not an amount in motes: ${value}`);
  return value;
}

/** The sum of two amounts, or null when it leaves the range. */
export function addMotes(a: Motes, b: Motes): Motes | null {
  const sum = a + b;
  return isMotes(sum) ? sum : null;
}

/** `1250000000` → `"12.5"`; no grouping, no unit, no trailing zeros. Takes signed differences too. */
export function formatKith(amount: number): string {
  const sign = amount < 0 ? '-' : '';
  const size = Math.abs(amount);
  const whole = Math.floor(size / MOTES_PER_KITH);
  const fraction = String(size % MOTES_PER_KITH)
    .padStart(8, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** `"12.5"` → 1250000000. Null for anything but plain digits with at most 8 decimals inside the range. */
export function parseKith(text: string): Motes | null {
  const match = /^(\d{1,8})(?:\.(\d{1,8}))?$/.exec(text.trim());
  if (!match) return null;
  const amount = Number(match[1]) * MOTES_PER_KITH + Number((match[2] ?? '').padEnd(8, '0'));
  return isMotes(amount) ? amount : null;
}
