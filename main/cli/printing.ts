/**
 * Output for the terminal. A result may contain foreign text (labels, software of peers, reasons). A terminal would
 * execute its control characters, and its direction marks would reorder the line.
 */

// Joiners are kept, because some scripts need them.
const CONTROL_CHARACTERS = /(?!\u200c|\u200d)[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of JSON with exactly this value. Every character on which a terminal would act is escaped. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(CONTROL_CHARACTERS, escape)}\n`;
}

/** Sentences and lists for users, without characters on which a terminal would act, except line breaks. */
export function plainText(text: string): string {
  return text.replace(CONTROL_CHARACTERS, '').replace(/(?!\n)\p{Cc}/gu, '');
}

function escape(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    return `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }).join('');
}
