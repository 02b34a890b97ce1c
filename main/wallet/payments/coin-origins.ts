import type { OutpointKey } from '../../core/primitives/outpoint.ts';
import { keyLabels } from '../lists/key-labels.ts';
import { CHAIN } from '../keys/key-path.ts';
import type { Keyring } from '../ledger/keyring.ts';
import type { OwnCoin } from '../ledger/wallet-records.ts';

/** The contact or the label of the payment or address that a coin came from; undefined for none. */
export type OriginOf = (key: OutpointKey, coin: OwnCoin) => string | undefined;

/** For payments that spend the coins of one origin only. */
export const noOrigin: OriginOf = () => undefined;

/** Where origins are written down. A change of one of them makes another map. */
export interface OriginSources {
  /** The labels of the wallet by address or txid. */
  readonly labels: ReadonlyMap<string, string>;
  /** The name of the contact by the address of this wallet that was given to it. */
  readonly given: ReadonlyMap<string, string>;
}

/**
 * The origins of the coins of a wallet. The contact to whom an address was given counts before the labels: a contact
 * may make payments for several things. The case of letters is ignored, so that a label with the name of a contact is the
 * same origin. Change has no origin: what is left of several payments belongs to all of them.
 */
export function coinOrigins({ labels, given }: OriginSources, hrp: string, keyring: Keyring): OriginOf {
  const last = cache.get(labels);
  if (last?.keyring === keyring && last.given === given) return last.originOf;
  const labelled = keyLabels(labels, hrp, keyring);
  const contacts = keyLabels(given, hrp, keyring);
  const originOf: OriginOf = (key, { keyPath }) =>
    keyPath.chain === CHAIN.receive
      ? (contacts.of(keyPath) ?? labelled.ofTransaction(key) ?? labelled.of(keyPath))?.toLowerCase()
      : undefined;
  cache.set(labels, { keyring, given, originOf });
  return originOf;
}

/** By the labels, which a new map replaces at each change. */
const cache = new WeakMap<
  ReadonlyMap<string, string>,
  { readonly keyring: Keyring; readonly given: OriginSources['given']; readonly originOf: OriginOf }
>();

/** The origins of the coins of an open wallet. */
export const originsOf = ({
  wallet: { file, keyring },
  network,
  contacts,
}: {
  readonly wallet: { readonly file: Pick<OriginSources, 'labels'>; readonly keyring: Keyring };
  readonly network: { readonly hrp: string };
  readonly contacts: { given(): OriginSources['given'] };
}): OriginOf => coinOrigins({ labels: file.labels, given: contacts.given() }, network.hrp, keyring);
