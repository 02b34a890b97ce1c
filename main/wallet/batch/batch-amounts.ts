import { certainMark, type DecimalMark, withPoint } from '../../../shared/typed-amount.ts';
import { type AmountProblem, type Motes, readKith } from '../../../shared/units.ts';

/** Why the amount of a row cannot be paid. `ambiguous`: it has two readings, such as "1,234". */
export type BatchAmountProblem = AmountProblem | 'ambiguous';

/**
 * Reads the amounts of one table, whose rows may have been written with a point or a comma before the decimals, and
 * with groups of digits: "12.5", "12,5", "1,234.50", "1.234,50", "1 234.5 KITH". Three digits after a single comma or point
 * are read as the other rows show, and are ambiguous without such a row, or if the rows contradict each other.
 */
export function readAmounts(texts: readonly string[]): (Motes | BatchAmountProblem)[] {
  const cleaned = texts.map((text) => text.trim().replace(/\s*kith$/i, ''));
  const marks = new Set(cleaned.flatMap((text) => certainMark(text) ?? []));
  return cleaned.map((text) => {
    const plain = inPlainForm(text, marks);
    return plain === null ? 'ambiguous' : readKith(plain);
  });
}

/** The amount with a decimal point and without groups; unchanged if it is not a number; null if it is ambiguous. */
function inPlainForm(text: string, marks: ReadonlySet<DecimalMark>): string | null {
  if (!/[.,]/.test(text)) return text;
  const [known] = marks;
  const mark = certainMark(text) ?? (marks.size === 1 ? known : undefined);
  return mark === undefined ? null : withPoint(text, mark);
}
