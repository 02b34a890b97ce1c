/**
 * Text that users and peers chose: labels, names, reasons. The rules are the same for every source (field, link, file,
 * terminal). Also isolates such text inside sentences.
 */
import { compact, visible } from './pasted.ts';

/** Maximum length of a label in UTF-16 code units. */
export const MAX_LABEL = 200;
/** Maximum length of the name of a contact in UTF-16 code units. */
export const MAX_CONTACT_NAME = 100;
/** Maximum length of the note of a contact in UTF-16 code units. */
export const MAX_NOTE = 500;
/** Maximum length of a wallet name in code points. */
export const MAX_NAME = 64;

// Joiners and variation selectors are invisible, but change the display of Persian, Sinhala, Mongolian and emoji.
const IGNORED =
  /(?!\u200c|\u200d|\u180b|\u180c|\u180d|\u180f|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}])[\p{Cf}\p{DI}]/gu;
const CONTROL = /(?!\s)\p{Cc}/gu;

/**
 * A label, reason or note in the form that is stored and shown: NFC, one line, no control or direction characters. They
 * are removed instead of refused, because the user did not see them when pasting. Applying it twice changes nothing.
 * The result may be longer than MAX_LABEL.
 */
export function cleanLabel(text: string): string {
  const label = text
    .toWellFormed()
    .replace(IGNORED, '')
    .replace(CONTROL, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .normalize('NFC');
  return compact(label) === '' ? '' : label;
}

/**
 * A note of several lines in the form that is stored and shown: each line like a label, at most one empty line in a row.
 * Applying it twice changes nothing. The result may be longer than MAX_NOTE.
 */
export function cleanNote(text: string): string {
  return text
    .split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/)
    .map(cleanLabel)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const STRAY_JOINERS = /(?<![\p{L}\p{M}])(?:\u200c|\u200d)+|(?:\u200c|\u200d)+(?![\p{L}\p{M}])/gu;

/**
 * A wallet name in the form that is stored: NFC, no surrounding spaces, no invisible characters except joiners
 * between letters.
 */
export function cleanName(text: string): string {
  return text
    .toWellFormed()
    .replace(IGNORED, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(STRAY_JOINERS, '')
    .trim()
    .normalize('NFC');
}

// A mark belongs to the letter or digit before it. Both apostrophes are allowed: keyboards type one, word processors
// the other.
const NAME = /^[\p{L}\p{N}][\p{M}\u200c\u200d]*(?:[\p{L}\p{N}][\p{M}\u200c\u200d]*|[ ._'’-])*$/u;

/** Whether the characters of a cleaned name are allowed in a wallet name. */
export function isName(name: string): boolean {
  return name === cleanName(name) && NAME.test(name) && Array.from(name).length <= MAX_NAME;
}

/** A key that is equal for names which some file system treats as equal or which look the same. */
export function nameKey(name: string): string {
  return visible(cleanName(name)).replaceAll('’', "'").normalize('NFC').toLowerCase();
}

/** Scripts that are written from right to left, and their marks. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/**
 * Isolates foreign text inside a sentence where markup (`<bdi>`) is impossible, so that it cannot change the direction
 * of the sentence. Only right-to-left text is isolated; other sentences stay free of invisible characters.
 */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}
