import { type AmountProblem, type Motes, readKith } from '../../../shared/units.ts';

/** Why the amount of a row cannot be paid. `ambiguous`: it has two readings, such as "1,234". */
export type BatchAmountProblem = AmountProblem | 'ambiguous';

type Separator = '.' | ',';

/**
 * Reads the amounts of one table, whose rows may have been written with a point or a comma before the decimals, and
 * with groups of digits: "12.5", "12,5", "1,234.50", "1.234,50", "1 234.5 KITH". Three digits after a single comma are read
 * as the other rows show that commas are used, and are ambiguous without such a row. After a single point they are
 * decimals, as everywhere in Kith, but ambiguous if another row has a decimal comma.
 */
export function readAmounts(texts: readonly string[]): (Motes | BatchAmountProblem)[] {
  const cleaned = texts.map((text) => text.trim().replace(/\s*kith$/i, ''));
  const decimals = new Set(cleaned.flatMap((text) => certainSeparator(text) ?? []));
  return cleaned.map((text) => {
    const plain = inPlainForm(text, decimals);
    return plain === null ? 'ambiguous' : readKith(plain);
  });
}

/** The decimal separator of an amount that has only one reading; null if it has none or several. */
function certainSeparator(text: string): Separator | null {
  const [points, commas] = [text.split('.').length - 1, text.split(',').length - 1];
  if (points > 0 && commas > 0) return text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
  if (points > 1) return ',';
  if (commas > 1) return '.';
  if (points === 1) return couldBeGroups(text) ? null : '.';
  return commas === 1 && !couldBeGroups(text) ? ',' : null;
}

/** Whether a single separator may also part groups of three digits: "1,234", but neither "0,123" nor "1,5". */
const couldBeGroups = (text: string): boolean => /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(text);

/** The amount with a decimal point and without groups; unchanged if it is not a number; null if it is ambiguous. */
function inPlainForm(text: string, decimals: ReadonlySet<Separator>): string | null {
  if (!/[.,]/.test(text)) return text;
  const certain = certainSeparator(text);
  if (certain !== null) return withPoint(text, certain);
  if (decimals.size > 1) return null;
  const [known] = decimals;
  if (text.includes(',')) return known === undefined ? null : withPoint(text, known);
  return known === ',' ? null : text;
}

/** Removes the groups, which must be of three digits, and writes a point before the decimals. */
function withPoint(text: string, decimal: Separator): string {
  const grouping = decimal === '.' ? ',' : '.';
  const at = text.lastIndexOf(decimal);
  const whole = at < 0 ? text : text.slice(0, at);
  const fraction = at < 0 ? '' : text.slice(at);
  const isGrouped = whole.includes(grouping);
  const pattern = grouping === ',' ? /^[+-]?\d{1,3}(?:,\d{3})+$/ : /^[+-]?\d{1,3}(?:\.\d{3})+$/;
  // Not a number in either form: the reader of amounts says so.
  if (isGrouped && !pattern.test(whole)) return 'x';
  return whole.replaceAll(grouping, '') + fraction.replace(',', '.');
}
