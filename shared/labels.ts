/**
 * Text that people and peers chose: labels, names, reasons. One rule for each wherever it comes from (field, link, file,
 * terminal), and one way to show it inside a sentence.
 */
import { compact, visible } from './pasted.ts';

/** Most UTF-16 code units of a label. */
export const MAX_LABEL = 200;
/** Most code points of a wallet name. */
export const MAX_NAME = 64;

// Joiners and variation selectors are drawn as nothing, and yet decide how Persian, Sinhala, Mongolian and emoji look.
const IGNORED =
  /(?!\u200c|\u200d|\u180b|\u180c|\u180d|\u180f|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}])[\p{Cf}\p{DI}]/gu;
const CONTROL = /(?!\s)\p{Cc}/gu;

/**
 * A label, reason or note in the form that is kept and shown: NFC, one line, no control or direction characters. They are
 * dropped rather than refused, because the user who pasted them never saw them. Idempotent; may be longer than MAX_LABEL.
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

const STRAY_JOINERS = /(?<![\p{L}\p{M}])(?:\u200c|\u200d)+|(?:\u200c|\u200d)+(?![\p{L}\p{M}])/gu;

/** A wallet name in the form that is kept: NFC, no space around it, nothing invisible but joiners between letters. */
export function cleanName(text: string): string {
  return text
    .toWellFormed()
    .replace(IGNORED, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(STRAY_JOINERS, '')
    .trim()
    .normalize('NFC');
}

// A mark belongs to the letter or digit before it. Both apostrophes: keyboards type one, word processors the other.
const NAME = /^[\p{L}\p{N}][\p{M}\u200c\u200d]*(?:[\p{L}\p{N}][\p{M}\u200c\u200d]*|[ ._'’-])*$/u;

/** Whether a clean name can be the name of a wallet, as far as its characters go. */
export function isName(name: string): boolean {
  return name === cleanName(name) && NAME.test(name) && Array.from(name).length <= MAX_NAME;
}

/** Names that some file system treats as equal, or that look the same, have the same key. */
export function nameKey(name: string): string {
  return visible(cleanName(name)).replaceAll('’', "'").normalize('NFC').toLowerCase();
}

/** Scripts that are written from the right, and the marks that follow them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/**
 * Isolates foreign text inside a sentence where markup (`<bdi>`) is impossible, so that it cannot change the direction of
 * the rest. Only right-to-left text is marked; all other sentences stay free of invisible characters.
 */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}
