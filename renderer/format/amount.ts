import { amountText, type DecimalMark, readTypedAmount } from '../../shared/typed-amount.ts';
import { type AmountProblem, MOTES_PER_KITH } from '../../shared/units.ts';
import { decimalMark } from './decimal-mark.svelte.ts';
import { group } from './number.ts';

/** An amount in the parts that are displayed differently: **12**.50 000 000. */
export interface AmountParts {
  readonly sign: '' | '−' | '+';
  readonly whole: string;
  /** Digits after the point, grouped 2-3-3 when all eight are shown; empty if there are none. */
  readonly fraction: string;
}

/** Narrow no-break space, so that a number is not split at the end of a line. */
const THIN = '\u202f';

/** Splits motes for display. A difference may be negative. `full` keeps all eight decimals; `short` never shows three. */
export function amountParts(motes: number, style: 'full' | 'short' = 'short', signed = false): AmountParts {
  const size = Math.abs(motes);
  const digits = String(size % MOTES_PER_KITH).padStart(8, '0');
  const sign = motes < 0 ? '−' : signed && motes > 0 ? '+' : '';
  return { sign, whole: group(Math.floor(size / MOTES_PER_KITH)), fraction: fractionOf(digits, style) };
}

function fractionOf(digits: string, style: 'full' | 'short'): string {
  if (style === 'full') return [digits.slice(0, 2), digits.slice(2, 5), digits.slice(5)].join(THIN);
  const kept = digits.replace(/0+$/, '');
  // "1.234" would have two readings where it is pasted.
  return kept.length === 1 || kept.length === 3 ? `${kept}0` : kept;
}

/** An amount inside a sentence: "2.5 KITH". */
export function amountWords(motes: number, mark: DecimalMark = decimalMark.value): string {
  return `${amountText(motes, mark).replace('-', '−')}\u00a0KITH`;
}

/** An amount as a field has it: "2.5". */
export const amountField = (motes: number): string => amountText(motes, decimalMark.value);

const PROBLEMS: Readonly<Record<AmountProblem, string>> = {
  empty: 'Enter an amount.',
  comma: 'Enter a number, as in 12.5 or 12,5.',
  negative: 'Enter an amount above zero.',
  decimals: 'An amount has at most eight decimals.',
  'too-much': 'This is more than all coins that will ever exist.',
  number: 'Enter a number, as in 12.5 or 12,5.',
};

/** The problem of a typed amount as a sentence, or null if it is valid. */
export function amountProblem(text: string): string | null {
  const amount = readTypedAmount(text);
  if (typeof amount === 'number') return null;
  if (typeof amount === 'string') return PROBLEMS[amount];
  const { decimals, thousands } = amount;
  return `This may be ${amountWords(decimals)} or ${amountWords(thousands)}. Write ${amountField(decimals)} or ${amountField(thousands)}.`;
}
