/** Help with the words of a recovery phrase while they are typed. */

const MAX_COMPLETIONS = 6;
const MAX_NEAREST = 3;
/** Words that differ by more letters than this are not offered for a mistyped one. */
const MAX_DISTANCE = 2;

/** A word in a text, and where it stands. */
export interface TypedWord {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

/** The word that ends at the caret; null between two words. */
export function wordBefore(text: string, caret: number): TypedWord | null {
  const word = /\p{L}+$/u.exec(text.slice(0, caret))?.[0];
  return word === undefined ? null : { word: word.toLowerCase(), from: caret - word.length, to: caret };
}

/** The words that begin like this, in order of the list. None for a single letter, which fits too many. */
export function completions(typed: string, list: readonly string[]): string[] {
  if (typed.length < 2) return [];
  const found = list.filter((word) => word.startsWith(typed));
  return found.length === 1 && found[0] === typed ? [] : found.slice(0, MAX_COMPLETIONS);
}

/** The words that a mistyped one may stand for, nearest first. */
export function nearestWords(typed: string, list: readonly string[]): string[] {
  if (typed.length < 3) return [];
  return list
    .map((word) => ({ word, distance: distanceOf(typed, word) }))
    .filter(({ distance }) => distance <= MAX_DISTANCE)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_NEAREST)
    .map(({ word }) => word);
}

/** The text with a word replaced, and a space after it. */
export function replaceWord(text: string, { from, to }: TypedWord, word: string): string {
  const rest = text.slice(to);
  return `${text.slice(0, from)}${word}${/^\s/.test(rest) ? '' : ' '}${rest}`;
}

/** The first finished word that is not in the list. */
export function wrongWord(text: string, list: ReadonlySet<string>): TypedWord | null {
  for (const match of text.matchAll(/\p{L}+/gu)) {
    const to = match.index + match[0].length;
    const word = match[0].toLowerCase();
    if (!list.has(word) && to < text.length) return { word, from: match.index, to };
  }
  return null;
}

/** Number of letters to insert, delete, replace, or swap with their neighbour (optimal string alignment). */
function distanceOf(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_DISTANCE) return Infinity;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
