import { bech32m } from '@scure/base';

/** Checks of an address in the page. The node checks the address again. */
export type AddressCheck = { readonly ok: true } | { readonly ok: false; readonly sentence: string };

/** Longest text that can be an address: prefix, separator, 65 bytes of type and lock, checksum. */
const MAX_LENGTH = 160;
/** The prefixes of the built-in networks, to name the network of an address. */
const NETWORK_OF: Readonly<Record<string, string>> = {
  kith: 'main',
  tkith: 'test',
  lkith: 'local',
  rkith: 'regtest',
};

/**
 * Checks an address. The sentence says what is wrong: mistyped, or of another network. `hrp` is the prefix of this
 * network.
 */
export function checkAddress(address: string, hrp: string): AddressCheck {
  const text = address.toLowerCase();
  const cut = text.lastIndexOf('1');
  if (cut < 1) return bad('This is not an address. One of this network begins with ' + hrp + '1.');
  const prefix = text.slice(0, cut);
  if (address !== text && address !== address.toUpperCase()) {
    return bad('An address is all lower case or all upper case. This one mixes both.');
  }
  // More than the 90 characters of the original standard are allowed, because locks of Kith may be longer.
  const decoded = text.length <= MAX_LENGTH ? bech32m.decodeUnsafe(text, MAX_LENGTH) : undefined;
  if (decoded === undefined) {
    return prefix === hrp || prefix in NETWORK_OF
      ? bad('A character is wrong or missing. Copy the address again.')
      : bad('This is not an address. One of this network begins with ' + hrp + '1.');
  }
  if (prefix !== hrp) {
    const name = NETWORK_OF[prefix];
    return bad(`This address belongs to ${name === undefined ? 'another network' : `the ${name} network`}.`);
  }
  return { ok: true };
}

function bad(sentence: string): AddressCheck {
  return { ok: false, sentence };
}
