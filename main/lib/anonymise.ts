/** Removes from text what identifies a person, a computer, a peer or a payment, for files that users send to others. */

/** Replaces in order: a multiaddr contains IP addresses and peer ids, and a path may contain all of these. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:[a-z]{3,8}\s+){11,}[a-z]{3,8}\b/g, '[words]'],
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'”’)\]}>]+/giu, '[url]'],
  [/[^\s@"'“‘(<]+@[^\s@"'”’)>]+/gu, '[email]'],
  [
    /\/(?:ip4|ip6|ip6zone|dns|dns4|dns6|dnsaddr|p2p|ipfs|onion3?|garlic64|memory)\/[^\s,;"'”’)\]}]+/giu,
    '[address]',
  ],
  // A path may have spaces and marks, so it extends to the last separator and then to the next mark that ends a clause.
  [
    /(?:\b[a-z]:[\\/]|\\\\|~[\\/]|(?<![\p{L}\p{N}])\/(?=[^\s/]))(?:[^\r\n]*[\\/])?[^"'“”‘’`,;:()[\]{}<>|\r\n]*/giu,
    '[path]',
  ],
  // IPv6 with an embedded IPv4 address and a zone, also in brackets and with a port.
  [
    /(?<![\w:])\[?(?=[0-9a-f:.]*:[0-9a-f:.]*:)[0-9a-f:]*(?:\d{1,3}(?:\.\d{1,3}){3})?(?:%\w+)?\]?(?::\d{1,5})?(?![\w:])/giu,
    '[address]',
  ],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '[address]'],
  [/(?<![\p{L}\p{N}])[\p{L}\p{N}][\p{L}\p{N}-]*(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}(?::\d{1,5})?/gu, '[host]'],
  [/[+-]?\d[\d\s.,'’_]*(?:kith|motes?)(?![\p{L}\p{N}])/giu, '[amount]'],
  // Addresses of any network, txids, block ids, peer ids, keys and tokens.
  [/(?<![\p{L}\p{N}_-])(?=[\w-]*\d)[\w-]{16,}/gu, '[id]'],
  [/[A-Za-z0-9+/_=-]{32,}/g, '[id]'],
  [/“[^”]*”|‘[^’]*’|"[^"]*"|(?<!\w)'[^']*'(?!\w)/gu, '[quoted]'],
  // An amount without a unit. Heights and sizes of up to six digits stay.
  [/(?<![\w.])\d(?:[\s.,'’_]?\d){6,}/gu, '[number]'],
];

const MAX_TEXT = 400;

/**
 * A function that removes network addresses, host names, paths, ids, addresses of coins, amounts, quoted text and these names
 * from text, and shortens it. Rather too much is removed than too little.
 */
export function createAnonymiser(names: readonly string[]): (text: string) => string {
  // Longest first: one name may contain another. One expression, because there may be a thousand names.
  const known = [...new Set(names.map((name) => plain(name).trim()))]
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length)
    .map(escape);
  const anyName =
    known.length === 0
      ? null
      : new RegExp(`(?<![\\p{L}\\p{N}])(?:${known.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  return (text) => {
    // Cut first: the work is bounded, and what is cut off need not be recognised.
    let clean = plain(text.slice(0, MAX_TEXT * 2));
    if (anyName !== null) clean = clean.replace(anyName, '[name]');
    for (const [pattern, word] of RULES) clean = clean.replace(pattern, word);
    return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean;
  };
}

/** The same for texts and names: a name may have joiners or be composed differently. */
const plain = (text: string): string => text.normalize('NFC').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
