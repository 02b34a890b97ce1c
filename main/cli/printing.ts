/**
 * Output for the terminal. A result may contain foreign text (labels, software of peers, reasons), whose control characters
 * a terminal would execute, and whose direction marks would reorder the line.
 */

// Joiners are kept, because some scripts need them.
const ACTIVE = /(?!\u200c|\u200d)[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of JSON: the value exactly, with every character that a terminal would act on as an escape. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(ACTIVE, escape)}\n`;
}

/** Sentences and lists for users: without such characters, except line breaks. */
export function plainText(text: string): string {
  return text.replace(ACTIVE, '').replace(/(?!\n)\p{Cc}/gu, '');
}

function escape(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    return `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }).join('');
}
