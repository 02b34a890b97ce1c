import { bytes, group } from '../../shared/units.ts';

export { bytes, group };

/** A number with its noun: "1 peer", "3 peers". For an irregular plural give `many`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${group(count)} ${count === 1 ? one : many}`;
}

/** Three significant digits: 3.14, 31.4, 314. Larger numbers are whole and grouped. */
export function figures(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return group(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : size >= 1 || size === 0 ? 2 : 3).replace(/\.?0+$/, '');
}

/** A share from 0 to 1 as "41 %". Shows 100 % only for exactly 1. */
export function percent(share: number): string {
  const bounded = Math.min(1, Math.max(0, share));
  return `${bounded === 1 ? 100 : Math.min(99, Math.floor(bounded * 100))}\u00a0%`;
}

/** A hash rate: "3 100 H/s". */
export function hashRate(perSecond: number): string {
  if (perSecond <= 0) return '0\u00a0H/s';
  return `${figures(perSecond)}\u00a0H/s`;
}
