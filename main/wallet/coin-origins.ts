import { decodeAddress, isAddressProblem } from '../core/primitives/address.ts';
import type { OutpointKey } from '../core/primitives/outpoint.ts';
import { CHAIN } from './key-path.ts';
import type { Keyring } from './keyring.ts';
import type { OwnCoin } from './wallet-records.ts';

/** The label that the user gave to the payment or to the address that a coin came from; undefined for none. */
export type OriginOf = (key: OutpointKey, coin: OwnCoin) => string | undefined;

/**
 * The origins of the coins of a wallet, from its labels. The case of letters is ignored. Change has no origin: what is
 * left of several payments belongs to all of them. Cost: one address is decoded for each label.
 */
export function coinOrigins(labels: ReadonlyMap<string, string>, hrp: string, keyring: Keyring): OriginOf {
  const last = cache.get(labels);
  if (last?.keyring === keyring) return last.originOf;
  const originOf = findOrigins(labels, hrp, keyring);
  cache.set(labels, { keyring, originOf });
  return originOf;
}

/** By the labels, which a new map replaces at each change. */
const cache = new WeakMap<
  ReadonlyMap<string, string>,
  { readonly keyring: Keyring; readonly originOf: OriginOf }
>();

function findOrigins(labels: ReadonlyMap<string, string>, hrp: string, keyring: Keyring): OriginOf {
  const byTxid = new Map<string, string>();
  const byIndex = new Map<number, string>();
  for (const [subject, label] of labels) {
    if (/^[0-9a-f]{64}$/.test(subject)) {
      byTxid.set(subject, label.toLowerCase());
      continue;
    }
    const lock = decodeAddress(hrp, subject);
    const place = isAddressProblem(lock) ? undefined : keyring.find(lock);
    if (place?.chain === CHAIN.receive) byIndex.set(place.index, label.toLowerCase());
  }
  return (key, { keyPath }) =>
    keyPath.chain === CHAIN.receive
      ? (byTxid.get(key.slice(0, 64)) ?? byIndex.get(keyPath.index))
      : undefined;
}
