import { splitWords, visible } from '../../shared/pasted.ts';

/**
 * The result of the check of a typed recovery phrase in the page. `ready`: it may be valid; then the node checks it.
 */
export interface PhraseCheck {
  readonly ready: boolean;
  readonly sentence: string;
}

/** Says how many words are missing, or which one is not in the word list. `list` has the 2048 words. */
export function checkPhrase(text: string, list: ReadonlySet<string>): PhraseCheck {
  const words = splitWords(text);
  // The last word may be incomplete.
  const finished = /\P{L}$/u.test(visible(text)) || words.length >= 24 ? words : words.slice(0, -1);
  const wrong = finished.findIndex((word) => !list.has(word));
  if (wrong >= 0)
    return { ready: false, sentence: `Word ${wrong + 1}, “${words[wrong] ?? ''}”, is not in the word list.` };
  if (words.length === 12 || words.length === 24) {
    const last = words.at(-1) ?? '';
    if (!list.has(last))
      return { ready: false, sentence: `The last word, “${last}”, is not in the word list.` };
    return { ready: true, sentence: `${words.length} words, all in the word list.` };
  }
  if (words.length > 24) return { ready: false, sentence: 'More than 24 words.' };
  return { ready: false, sentence: `${words.length} of 12 or 24 words.` };
}

/**
 * Picks `count` different positions out of `total`, in ascending order. `random` returns numbers from 0 up to but not
 * including 1.
 */
export function pickPositions(total: number, count: number, random: () => number): number[] {
  const positions = Array.from({ length: total }, (_, i) => i);
  const picked: number[] = [];
  while (picked.length < count && positions.length > 0) {
    picked.push(...positions.splice(Math.floor(random() * positions.length), 1));
  }
  return picked.sort((a, b) => a - b);
}
