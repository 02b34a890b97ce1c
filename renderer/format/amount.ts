import { amountNumber, type AmountStyle, amountWithUnit, restyled } from '../../shared/amount-style.ts';
import { readTypedAmount, type TypedProblem } from '../../shared/typed-amount.ts';
import { MOTES_PER_KITH } from '../../shared/units.ts';
import { amountStyle, amountUnit } from './decimal-mark.svelte.ts';
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
  if (amountUnit.value === 'mote') return { sign, whole: group(size), fraction: '' };
  return { sign, whole: group(Math.floor(size / MOTES_PER_KITH)), fraction: fractionOf(digits, style) };
}

function fractionOf(digits: string, style: 'full' | 'short'): string {
  if (style === 'full') return [digits.slice(0, 2), digits.slice(2, 5), digits.slice(5)].join(THIN);
  const kept = digits.replace(/0+$/, '');
  // "1.234" would have two readings where it is pasted.
  return kept.length === 1 || kept.length === 3 ? `${kept}0` : kept;
}

/** An amount inside a sentence: "2.5 KITH". */
export const amountWords = (motes: number, style: AmountStyle = amountStyle()): string =>
  amountWithUnit(motes, style);

/** An amount as a field has it: "2.5". */
export const amountField = (motes: number): string => amountNumber(motes, amountStyle());

/** A sentence of the node, with amounts as the page writes them. */
export const nodeWords = (sentence: string): string => restyled(sentence, amountStyle());

const PROBLEMS: Readonly<Record<TypedProblem, string>> = {
  empty: 'Enter an amount.',
  comma: 'Enter a number, as in 12.5 or 12,5.',
  negative: 'Enter an amount above zero.',
  decimals: 'An amount has at most eight decimals.',
  'too-much': 'This is more than all coins that will ever exist.',
  number: 'Enter a number, as in 12.5 or 12,5.',
  fraction:
    'A mote cannot be divided. Enter a number without decimals, or an amount in KITH, as in 0.5 KITH.',
};
/** No mote is divided, so the example has no decimals. */
const NO_NUMBER_OF_MOTES = 'Enter a number, as in 12 500.';

/** The problem of a typed amount as a sentence, or null if it is valid. */
export function amountProblem(text: string): string | null {
  const amount = readTypedAmount(text, amountUnit.value);
  if (typeof amount === 'number') return null;
  if (amount === 'number' && amountUnit.value === 'mote') return NO_NUMBER_OF_MOTES;
  if (typeof amount === 'string') return PROBLEMS[amount];
  const { decimals, thousands } = amount;
  const inKith: AmountStyle = { ...amountStyle(), unit: 'KITH' };
  const [less, more] = [amountNumber(decimals, inKith), amountNumber(thousands, inKith)];
  return `This may be ${amountWords(decimals, inKith)} or ${amountWords(thousands, inKith)}. Write ${less} or ${more}.`;
}
