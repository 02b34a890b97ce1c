/** What a client may send in one message, checked before anything is parsed. */

export type Message = string | Uint8Array;

/** Maximum length of a message in characters or bytes: a block of 1 MB as hexadecimal, and some space around it. */
export const MAX_MESSAGE = 2_250_000;
/**
 * Maximum number of characters of a message that are not hexadecimal digits. The largest payment has 1000 receivers.
 * Any text of this length is parsed and validated within about 50 ms; 2 MB of other text could take seconds.
 */
const MAX_TEXT = 256 * 1024;

const ID = /^\{"i":"([\w-]{1,64})"/;

/** Whether the time to parse a message is bounded. Takes linear time, about 5 ms for the longest message. */
export function isBounded(message: Message): boolean {
  if (message.length > MAX_MESSAGE) return false;
  if (message.length <= MAX_TEXT) return true;
  const at =
    typeof message === 'string' ? (i: number) => message.charCodeAt(i) : (i: number) => message[i] ?? 0;
  let others = 0;
  for (let i = 0; i < message.length; i++) {
    if (isHexDigit(at(i))) continue;
    if (++others > MAX_TEXT) return false;
  }
  return true;
}

/**
 * The id of the request in a message that is not parsed, at the position where the clients of Kith write it. Null if it
 * is not there.
 */
export function requestIdOf(message: Message): string | null {
  const start =
    typeof message === 'string' ? message.slice(0, 80) : Buffer.from(message.subarray(0, 80)).toString();
  return ID.exec(start)?.[1] ?? null;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
}
