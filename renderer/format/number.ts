import { bytes as plainBytes, group } from '../../shared/units.ts';
import { decimalMark } from './decimal-mark.svelte.ts';

export { group };

/** With the decimal mark of the page. */
const marked = (text: string): string => text.replace('.', decimalMark.value);

/** A number of bytes: "812 B", "1.2 kB", "34 MB". */
export const bytes = (value: number): string => marked(plainBytes(value));

/** A number with its noun: "1 peer", "3 peers". For an irregular plural give `many`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${group(count)} ${count === 1 ? one : many}`;
}

/** Three significant digits: 3.14, 31.4, 314. Larger numbers are whole and grouped. */
export function figures(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return group(Math.round(value));
  return marked(value.toFixed(size >= 10 ? 1 : size >= 1 || size === 0 ? 2 : 3).replace(/\.?0+$/, ''));
}

/** A number with this many decimals: "1 234.5". */
export function decimals(value: number, count: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(count).split('.');
  const sign = value < 0 && Number(value.toFixed(count)) !== 0 ? '−' : '';
  return `${sign}${group(Number(whole))}${fraction === undefined ? '' : `${decimalMark.value}${fraction}`}`;
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
