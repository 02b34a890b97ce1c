import { encodeAddress } from '../../core/primitives/address.ts';
import type { Clock } from '../../lib/clock.ts';
import { CHAINS, type Chain, type KeyPath } from '../keys/key-path.ts';
import type { Keyring } from '../ledger/keyring.ts';
import type { OpenWallet } from '../open/open-wallet.ts';

/** The address of a key of the wallet as text. */
export type AddressOf = (keyPath: KeyPath) => string;

/** The addresses of the wallets as text. Each is encoded once. */
export interface OwnAddresses {
  of(wallet: OpenWallet): AddressOf;
  /** Encodes every address of a wallet, for a later search. Yields, so that 100 000 addresses do not block the node. */
  prepare(wallet: OpenWallet): Promise<void>;
  /** The keys whose addresses contain a text in lower case. Prepares them, and yields as that does. */
  find(wallet: OpenWallet, search: string): Promise<KeySet>;
}

/** A set of keys of a wallet. */
export type KeySet = (keyPath: KeyPath) => boolean;

/** Number of addresses that are encoded before other work gets its turn; about 10 ms. */
const ENCODED_PER_TURN = 500;
/** Number of addresses that are compared with a search before other work gets its turn; about 5 ms. */
const SEARCHED_PER_TURN = 20_000;

type Texts = [receive: string[], change: string[]];

export function createOwnAddresses(hrp: string, clock: Pick<Clock, 'soon'>): OwnAddresses {
  const known = new WeakMap<OpenWallet, { keyring: Keyring; texts: Texts }>();
  /** The last search of each wallet: pages of one list are asked for one after the other. */
  const searches = new WeakMap<OpenWallet, { keyring: Keyring; search: string; found: KeySet }>();

  const textsOf = (wallet: OpenWallet): Texts => {
    const { keyring } = wallet;
    const last = known.get(wallet);
    if (last?.keyring === keyring) return last.texts;
    // More keys were derived, or wrong ones were replaced.
    const texts: Texts = last !== undefined && isContinued(last.keyring, keyring) ? last.texts : [[], []];
    known.set(wallet, { keyring, texts });
    return texts;
  };
  const textOf = (texts: Texts, keyring: Keyring, keyPath: KeyPath): string =>
    (texts[keyPath.chain][keyPath.index] ??= encodeAddress(hrp, keyring.lock(keyPath)));

  return {
    of(wallet) {
      const texts = textsOf(wallet);
      const { keyring } = wallet;
      return (keyPath) => textOf(texts, keyring, keyPath);
    },
    prepare,
    async find(wallet, search) {
      const last = searches.get(wallet);
      if (last?.keyring === wallet.keyring && last.search === search) return last.found;
      // Keys that are derived while it searches would be missing, so it searches again.
      for (;;) {
        const { keyring } = wallet;
        await prepare(wallet);
        const texts = textsOf(wallet);
        const byChain = await Promise.all(CHAINS.map((chain) => findIn(texts[chain], search)));
        if (wallet.keyring !== keyring) continue;
        const found: KeySet = ({ chain, index }) => byChain[chain]![index] === 1;
        searches.set(wallet, { keyring, search, found });
        return found;
      }
    },
  };

  async function prepare(wallet: OpenWallet): Promise<void> {
    const { keyring } = wallet;
    const texts = textsOf(wallet);
    for (const chain of CHAINS) await encodeMissing(texts, chain, keyring);
  }

  /** For each address 1 if it contains the text. */
  async function findIn(addresses: readonly string[], search: string): Promise<Uint8Array> {
    const found = new Uint8Array(addresses.length);
    for (let index = 0; index < addresses.length; index++) {
      if (addresses[index]?.includes(search) === true) found[index] = 1;
      if ((index + 1) % SEARCHED_PER_TURN === 0) await clock.soon();
    }
    return found;
  }

  async function encodeMissing(texts: Texts, chain: Chain, keyring: Keyring): Promise<void> {
    let encoded = 0;
    for (let index = 0; index < keyring.count(chain); index++) {
      if (texts[chain][index] !== undefined) continue;
      textOf(texts, keyring, { chain, index });
      if (++encoded % ENCODED_PER_TURN === 0) await clock.soon();
    }
  }
}

/** Whether a keyring has the keys of an earlier one, and perhaps more. */
function isContinued(earlier: Keyring, now: Keyring): boolean {
  const begins = (list: Uint8Array, start: Uint8Array) =>
    Buffer.compare(start, list.subarray(0, start.length)) === 0;
  return begins(now.receive, earlier.receive) && begins(now.change, earlier.change);
}
