import { PAGE_ORIGIN } from './scheme.ts';

/** More than any link we make; what is longer is not ours. */
const MAX_LINK = 1024;

/** The first `kith:` link among a program's arguments, or null. Anybody on the web can make one: it is only text. */
export function findLink(args: readonly string[]): string | null {
  return args.find(isLink) ?? null;
}

/** True for a `kith:` link of printable ASCII; what it asks for is judged by the page and by the node. */
export function isLink(text: string): boolean {
  return text.length <= MAX_LINK && /^kith:[\x21-\x7e]+$/i.test(text);
}

/** The page itself, or the place in it that shows the link filled in. Nothing is prepared or sent by opening it. */
export function pageUrl(link: string | null): string {
  return link === null ? `${PAGE_ORIGIN}/` : `${PAGE_ORIGIN}/#/send/${encodeURIComponent(link)}`;
}
