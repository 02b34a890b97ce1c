/** Amounts as people write them: with a point or a comma before the decimals, and with groups of digits. */
import { visible } from './pasted.ts';
import { type AmountProblem, type AmountUnit, formatKith, isMotes, type Motes, readKith } from './units.ts';

/** What stands before the decimals. */
export type DecimalMark = '.' | ',';

/** A text with two readings, such as "1,234". */
export interface AmbiguousAmount {
  /** Three decimals. */
  readonly decimals: Motes;
  /** Thousands. */
  readonly thousands: Motes;
}

/** `fraction`: a part of a mote. */
export type TypedProblem = AmountProblem | 'fraction';

/** An amount alone, where nothing shows how its author writes numbers. `unit`: of a number without one. */
export function readTypedAmount(
  text: string,
  unit: AmountUnit = 'KITH',
): Motes | TypedProblem | AmbiguousAmount {
  const typed = withoutUnit(text);
  const given = visible(text).trim();
  const isKith = unit === 'KITH' ? !MOTE_UNIT.test(given) : KITH_UNIT.test(given);
  return isKith ? readInKith(typed) : readMotes(typed);
}

function readInKith(typed: string): Motes | AmountProblem | AmbiguousAmount {
  if (couldBeGroups(typed)) {
    const [decimals, thousands] = [readKith(typed.replace(',', '.')), readKith(typed.replace(/[.,]/, ''))];
    // The larger reading may be more than all coins; then the other one is meant.
    if (typeof decimals !== 'number' || typeof thousands !== 'number') return decimals;
    return { decimals, thousands };
  }
  return readKith(inPointForm(typed) ?? 'x');
}

/** A number of motes. Separators can only part groups of digits, because no mote is divided. */
function readMotes(typed: string): Motes | TypedProblem {
  if (typed === '') return 'empty';
  if (/^[-\u2212\u2013\ufe63]\s*\d/.test(typed)) return 'negative';
  if (/^\+?\d*[.,]\d+$/.test(typed) && !couldBeGroups(typed)) return 'fraction';
  if (!/^\+?(?:\d+|\d{1,3}(?:([\s.,])\d{3})(?:\1\d{3})*)$/.test(typed)) return 'number';
  const motes = Number(typed.replace(/\D/g, ''));
  return isMotes(motes) ? motes : 'too-much';
}

/** The same without the reason: null if the text is not exactly one amount. */
export function typedAmount(text: string, unit: AmountUnit = 'KITH'): Motes | null {
  const amount = readTypedAmount(text, unit);
  return typeof amount === 'number' ? amount : null;
}

/**
 * An amount as a field and a sentence have it, without unit and groups. Three decimals get a fourth, because "1.234" would have
 * two readings.
 */
export function amountText(motes: number, mark: DecimalMark): string {
  const plain = formatKith(motes);
  return (/\.\d{3}$/.test(plain) ? `${plain}0` : plain).replace('.', mark);
}

const KITH_UNIT = /\s*kith$/i;
const MOTE_UNIT = /\s*motes?$/i;

export function withoutUnit(text: string): string {
  return visible(text).trim().replace(KITH_UNIT, '').replace(MOTE_UNIT, '');
}

/** Whether a single separator may also part groups of three digits: "1,234", but neither "0,123" nor "1,5". */
export const couldBeGroups = (text: string): boolean => /^[+\-\u2212]?[1-9]\d{0,2}[.,]\d{3}$/.test(text);

/** The decimal mark of an amount that has only one reading; null if it has none or several. */
export function certainMark(text: string): DecimalMark | null {
  const [points, commas] = [text.split('.').length - 1, text.split(',').length - 1];
  if (points > 0 && commas > 0) return text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
  if (points > 1) return ',';
  if (commas > 1) return '.';
  if (points + commas === 0 || couldBeGroups(text)) return null;
  return points === 1 ? '.' : ',';
}

/** With a decimal point and without groups; unchanged without separators; null for a text with two readings. */
function inPointForm(text: string): string | null {
  if (!/[.,]/.test(text)) return text;
  const mark = certainMark(text);
  return mark === null ? null : withPoint(text, mark);
}

/** Removes the groups, which must be of three digits, and writes a point before the decimals. */
export function withPoint(text: string, mark: DecimalMark): string {
  const grouping = mark === '.' ? ',' : '.';
  const at = text.lastIndexOf(mark);
  const whole = at < 0 ? text : text.slice(0, at);
  const fraction = at < 0 ? '' : text.slice(at);
  const isGrouped = whole.includes(grouping);
  const pattern = grouping === ',' ? /^[+-]?\d{1,3}(?:,\d{3})+$/ : /^[+-]?\d{1,3}(?:\.\d{3})+$/;
  // Not a number in either form: the reader of amounts says so.
  if (isGrouped && !pattern.test(whole)) return 'x';
  return whole.replaceAll(grouping, '') + fraction.replace(',', '.');
}
