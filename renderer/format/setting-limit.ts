import { group } from './number.ts';

/** A typed whole number within its limits, or the sentence that says what is wrong with it. */
export function readLimit(typed: string, least: number, most: number): number | string {
  // People also paste the groups in which the app writes numbers.
  const plain = typed.replaceAll(/[\s\u202f\u00a0]/g, '');
  const value = /^\d{1,10}$/.test(plain) ? Number(plain) : NaN;
  if (value >= least && value <= most) return value;
  return `Enter a whole number from ${group(least)} to ${group(most)}.`;
}
