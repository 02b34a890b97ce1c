import { decodeAddress, isAddressProblem } from '../../core/primitives/address.ts';
import type { KeyPath } from '../keys/key-path.ts';
import type { Keyring } from '../ledger/keyring.ts';

/** The labels of a wallet, for its keys and coins. */
export interface KeyLabels {
  /** The label of the address of a key; undefined for none. */
  of(keyPath: KeyPath): string | undefined;
  /** The label of a transaction by a text that begins with its txid, such as an outpoint; undefined for none. */
  ofTransaction(key: string): string | undefined;
}

const cache = new WeakMap<
  ReadonlyMap<string, string>,
  { readonly keyring: Keyring; readonly found: KeyLabels }
>();

/**
 * The labels of a wallet by the keys of their addresses. Computed once for each map of labels; a change replaces the
 * map. Cost: one address is decoded for each label.
 */
export function keyLabels(labels: ReadonlyMap<string, string>, hrp: string, keyring: Keyring): KeyLabels {
  const last = cache.get(labels);
  if (last?.keyring === keyring) return last.found;
  let hasTxids = false;
  const byKey = [new Map<number, string>(), new Map<number, string>()] as const;
  for (const [subject, label] of labels) {
    if (isTxid(subject)) {
      hasTxids = true;
      continue;
    }
    const lock = decodeAddress(hrp, subject);
    const keyPath = isAddressProblem(lock) ? undefined : keyring.find(lock);
    if (keyPath !== undefined) byKey[keyPath.chain].set(keyPath.index, label);
  }
  const found: KeyLabels = {
    of: ({ chain, index }) => byKey[chain].get(index),
    // The txid is cut out of the text only if any transaction has a label: a wallet may have 50 000 coins.
    ofTransaction: (key) => (hasTxids ? labels.get(key.slice(0, 64)) : undefined),
  };
  cache.set(labels, { keyring, found });
  return found;
}

/** Labels belong to transactions or addresses; no address is 64 hex digits. */
const isTxid = (subject: string): boolean => /^[0-9a-f]{64}$/.test(subject);
