/**
 * Reading of typed and pasted text by what the user sees. Mails, chats and web pages put characters around and into a copied
 * text that nothing shows: zero-width spaces, direction marks, soft hyphens, line breaks where a line was full. Every
 * reader of a pasted text begins with one of these functions, in the page, in the node and in the terminal alike. What
 * must stay exact to the byte (passwords, passphrases, messages to sign) never comes here.
 */

/** Format characters, and what Unicode says is drawn as nothing. */
const INVISIBLE = /[\p{Cf}\p{DI}]/gu;
/** Control characters other than white space; U+0085 is a line break. */
const CONTROL = /(?![\s\u0085])\p{Cc}/gu;
/** ASCII as East Asian keyboards write it. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/** The text without invisible characters; white space stays, full-width ASCII becomes plain. Idempotent, never longer. */
export function visible(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(CONTROL, '')
    .replaceAll('\u0085', '\n')
    .replace(FULL_WIDTH, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0));
}

/** The same without white space: for addresses, ids and links, which have none. */
export function compact(text: string): string {
  return visible(text).replace(/\s+/g, '');
}

/**
 * Typed or pasted recovery words as a list, in lower case and NFKD. Whatever stands between and before them goes: spaces,
 * line breaks, commas, numbers ("1.", "1)", "1:"), bullets, dashes.
 */
export function splitWords(text: string): string[] {
  return visible(text)
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .map((word) => word.replace(/^\p{N}+|\p{N}+$/gu, ''))
    .filter((word) => word !== '');
}

/** An id (block, transaction) of 64 hexadecimal digits in lower case, however it was grouped; null for another text. */
export function readId(text: string): string | null {
  const id = compact(text).toLowerCase();
  return /^[0-9a-f]{64}$/.test(id) ? id : null;
}

/** A height as Kith writes it ("1 234", "Block 1 234") or as others do ("1,234", "#1234"); null for another text. */
export function readHeight(text: string): number | null {
  const match = /^(?:block\s*)?#?(\d{1,10}|\d{1,3}(?:[\s,]\d{3}){1,3})$/i.exec(visible(text).trim());
  if (!match) return null;
  const height = Number(match[1]!.replace(/\D/g, ''));
  return height <= 0xffff_ffff ? height : null;
}

/**
 * The address of a peer as a multiaddress, from one or from what lists of peers show: "192.0.2.7:21474",
 * "[2001:db8::7]:21474", "node.example:21474", or an IP alone. Another text comes back as it is, for its reader to refuse.
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
