/**
 * Reads typed and pasted text as the user sees it. Mails, chats and web pages add invisible characters to copied text:
 * zero-width spaces, direction marks, soft hyphens, line breaks. Every reader of pasted text in the page, the node and
 * the terminal calls one of these functions first. Text in which every byte matters (passwords, passphrases, messages
 * to sign) is not passed to them.
 */

/** Format characters, and characters that Unicode defines as invisible. */
const INVISIBLE = /[\p{Cf}\p{DI}]/gu;
/** Control characters other than white space; U+0085 is a line break. */
const CONTROL = /(?![\s\u0085])\p{Cc}/gu;
/** Full-width ASCII of East Asian keyboards. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/**
 * The text without invisible characters. White space stays; full-width ASCII becomes plain ASCII. Applying it twice
 * changes nothing. The result is never longer.
 */
export function visible(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(CONTROL, '')
    .replaceAll('\u0085', '\n')
    .replace(FULL_WIDTH, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0));
}

/** The text without invisible characters and white space, for addresses, ids and links. */
export function compact(text: string): string {
  return visible(text).replace(/\s+/g, '');
}

/**
 * The words of a typed or pasted recovery phrase, in lower case and NFKD. Removes spaces, line breaks, commas,
 * numbers ("1.", "1)", "1:"), bullets and dashes between and before the words.
 */
export function splitWords(text: string): string[] {
  return visible(text)
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .map((word) => word.replace(/^\p{N}+|\p{N}+$/gu, ''))
    .filter((word) => word !== '');
}

/** An id (block, transaction) of 64 hexadecimal digits in lower case, with any grouping; null for other text. */
export function readId(text: string): string | null {
  const id = compact(text).toLowerCase();
  return /^[0-9a-f]{64}$/.test(id) ? id : null;
}

/**
 * A height in the format of Kith ("1 234", "Block 1 234") or of other programs ("1,234", "#1234"); null for other
 * text.
 */
export function readHeight(text: string): number | null {
  const match = /^(?:block\s*)?#?(\d{1,10}|\d{1,3}(?:[\s,]\d{3}){1,3})$/i.exec(visible(text).trim());
  if (!match) return null;
  const height = Number(match[1]!.replace(/\D/g, ''));
  return height <= 0xffff_ffff ? height : null;
}

/**
 * Converts the address of a peer to a multiaddr. Accepts the forms in lists of peers: "192.0.2.7:21474",
 * "[2001:db8::7]:21474", "node.example:21474", or an IP alone. Returns other text unchanged, which its reader refuses.
 */
export function readPeerAddress(text: string): string {
  const place = compact(text);
  if (place.startsWith('/')) return place;
  const [, v6, port] = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i.exec(place) ?? [];
  if (v6 !== undefined) return join('ip6', v6, port);
  if (/^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*$/i.test(place)) return join('ip6', place, undefined);
  const [, host, at] = /^([a-z0-9.-]+?)(?::(\d{1,5}))?$/i.exec(place) ?? [];
  if (host === undefined) return place;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return join('ip4', host, at);
  return at === undefined || !host.includes('.') ? place : join('dns', host, at);
}

function join(kind: string, host: string, port: string | undefined): string {
  return port === undefined ? `/${kind}/${host}` : `/${kind}/${host}/tcp/${port}`;
}
