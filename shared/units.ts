/** Units of all layers: amounts, heights and times, and the text form of amounts. */
import { visible } from './pasted.ts';

/** An amount in motes, a whole number from 0 to {@link MAX_MOTES}; exact in a JavaScript number. */
export type Motes = number & { readonly __unit: 'motes' };
/** A position in the chain; genesis is 0. */
export type Height = number & { readonly __unit?: 'height' };
/** Seconds since 1970-01-01T00:00:00Z. */
export type UnixSeconds = number & { readonly __unit?: 'unix-seconds' };

export const TICKER = 'KITH';
/** The units in which amounts are shown and typed. */
export const AMOUNT_UNITS = ['KITH', 'mote'] as const;
export type AmountUnit = (typeof AMOUNT_UNITS)[number];

export const MOTES_PER_KITH = 100_000_000;
/** Maximum supply of every network (protocol.md §3). It is below 2^53, so sums of amounts are exact. */
export const MAX_MOTES = 8_400_000_000_000_000 as Motes;

export function isMotes(value: number): value is Motes {
  return Number.isSafeInteger(value) && value >= 0 && value <= MAX_MOTES;
}

/** Brands a number as an amount; throws on a value out of range, which is a bug. */
export function toMotes(value: number): Motes {
  if (!isMotes(value)) throw new RangeError(`not an amount in motes: ${value}`);
  return value;
}

/** The sum of two amounts, or null if it is out of range. */
export function addMotes(a: Motes, b: Motes): Motes | null {
  const sum = a + b;
  return isMotes(sum) ? sum : null;
}

/** `1250000000` → `"12.5"`; no grouping, no unit, no trailing zeros. Accepts negative differences. */
export function formatKith(amount: number): string {
  const sign = amount < 0 ? '-' : '';
  const size = Math.abs(amount);
  const whole = Math.floor(size / MOTES_PER_KITH);
  const fraction = String(size % MOTES_PER_KITH)
    .padStart(8, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** Why a text is not an amount that can be paid; `number`: any other reason. */
export type AmountProblem = 'empty' | 'comma' | 'negative' | 'decimals' | 'too-much' | 'number';

/**
 * Reads a typed amount, and every form in which Kith shows amounts: "12.5", "12.50 000 000 KITH", "1 000 KITH".
 * Groups of digits are separated by one space of any kind; a plus sign is ignored, a minus sign has its own error.
 */
export function readKith(text: string): Motes | AmountProblem {
  const typed = visible(text)
    .trim()
    .replace(/\s*kith$/i, '')
    .replace(/^\+\s*/, '');
  if (typed === '') return 'empty';
  if (typed.includes(',')) return 'comma';
  if (/^[-\u2212\u2013\ufe63]\s*[\d.]/.test(typed)) return 'negative';
  const match = AMOUNT.exec(typed);
  if (!match) return 'number';
  const whole = match[1]!.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
  const fraction = (match[2] ?? '').replace(/\D/g, '');
  if (fraction.length > 8) return 'decimals';
  if (whole.length > 8) return 'too-much';
  const amount = Number(whole) * MOTES_PER_KITH + Number(fraction.padEnd(8, '0'));
  return isMotes(amount) ? amount : 'too-much';
}

// Groups of three before the point; after it Kith writes 2-3-3, other programs 3-3-2.
const AMOUNT = /^(\d+|\d{1,3}(?:\s\d{3})+)(?:\.(\d+|\d{2,3}(?:\s\d{3})*(?:\s\d{1,3})?))?$/;

/** The same without the reason: null if the text is not an amount. */
export function parseKith(text: string): Motes | null {
  const amount = readKith(text);
  return typeof amount === 'string' ? null : amount;
}

/** Narrow no-break space, so that a number is not split at the end of a line. */
const THIN = '\u202f';

/** 1234567 → "1 234 567", for numbers in sentences; fractions are dropped. */
export function group(value: number): string {
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

/** Bytes in decimal units, as disks are sold: 0 B, 812 B, 1.2 kB, 34 MB. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = Math.max(0, value);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const text =
    unit === 0 ? String(Math.round(size)) : size >= 10 ? String(Math.round(size)) : size.toFixed(1);
  return `${text}\u00a0${units[unit] ?? 'B'}`;
}
