import { equalBytes } from '../core/codec/bytes.ts';
import { type Lock, LOCK_KEY } from '../core/primitives/coin.ts';
import { KEY_BYTES } from '../core/primitives/limits.ts';
import { type Chain, CHAIN, type KeyPath } from './key-path.ts';

/** The public keys of a wallet. They are enough to receive, mine and find payments while the wallet is locked. */
export interface Keyring {
  readonly receive: Uint8Array;
  readonly change: Uint8Array;
  /** Number of known keys of a chain, from index 0 on. */
  count(chain: Chain): number;
  /** A public key, 32 bytes; empty if it is not in the keyring. */
  key(keyPath: KeyPath): Uint8Array;
  /** The lock of a key. A key that is not in the keyring is a bug and throws. */
  lock(keyPath: KeyPath): Lock;
  /** The key of a lock; undefined when the wallet does not have it. Usually one lookup in a map. */
  find(lock: Lock): KeyPath | undefined;
}

/** Creates a keyring from two lists of public keys, 32 bytes each, from index 0 on. */
export function createKeyring(receive: Uint8Array, change: Uint8Array): Keyring {
  const lists = [receive, change] as const;
  const key = ({ chain, index }: KeyPath) =>
    lists[chain].subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);

  // Keyed by the first four bytes. Every output of every block is looked up here, and hex strings would cost more.
  const byPrefix = new Map<number, KeyPath[]>();
  for (const chain of [CHAIN.receive, CHAIN.change]) {
    for (let index = 0; index < lists[chain].length / KEY_BYTES; index++) {
      const keyPath = { chain, index };
      const prefix = prefixOf(key(keyPath));
      const same = byPrefix.get(prefix);
      if (same === undefined) byPrefix.set(prefix, [keyPath]);
      else same.push(keyPath);
    }
  }

  return {
    receive,
    change,
    key,
    count: (chain) => lists[chain].length / KEY_BYTES,
    lock(keyPath) {
      const bytes = key(keyPath);
      if (bytes.length !== KEY_BYTES) throw new RangeError(`no key ${keyPath.chain}/${keyPath.index}`);
      return { lockType: LOCK_KEY, lock: bytes };
    },
    find({ lockType, lock }) {
      if (lockType !== LOCK_KEY || lock.length !== KEY_BYTES) return undefined;
      return byPrefix.get(prefixOf(lock))?.find((keyPath) => equalBytes(key(keyPath), lock));
    },
  };
}

/** The first four bytes as a number: a cheap filter before all bytes are compared. */
export function prefixOf(bytes: Uint8Array): number {
  return bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24);
}
