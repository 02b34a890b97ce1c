import { decodeAddress, isAddressProblem } from '../core/primitives/address.ts';
import type { KeyPath } from './key-path.ts';
import type { Keyring } from './keyring.ts';

/** The labels that the user gave to own addresses; undefined for none. */
export type KeyLabelOf = (keyPath: KeyPath) => string | undefined;

const cache = new WeakMap<
  ReadonlyMap<string, string>,
  { readonly keyring: Keyring; readonly labelOf: KeyLabelOf }
>();

/**
 * The labels of a wallet by the keys of their addresses. Computed once for each map of labels; a change replaces the
 * map. Cost: one address is decoded for each label.
 */
export function keyLabels(labels: ReadonlyMap<string, string>, hrp: string, keyring: Keyring): KeyLabelOf {
  const last = cache.get(labels);
  if (last?.keyring === keyring) return last.labelOf;
  const byKey = [new Map<number, string>(), new Map<number, string>()] as const;
  for (const [subject, label] of labels) {
    if (isTxid(subject)) continue;
    const lock = decodeAddress(hrp, subject);
    const keyPath = isAddressProblem(lock) ? undefined : keyring.find(lock);
    if (keyPath !== undefined) byKey[keyPath.chain].set(keyPath.index, label);
  }
  const labelOf: KeyLabelOf = ({ chain, index }) => byKey[chain].get(index);
  cache.set(labels, { keyring, labelOf });
  return labelOf;
}

/** Labels belong to transactions or addresses; no address is 64 hex digits. */
const isTxid = (subject: string): boolean => /^[0-9a-f]{64}$/.test(subject);
