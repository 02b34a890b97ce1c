import { equalBytes } from '../../core/codec/bytes.ts';
import type { Height } from '../../../shared/units.ts';
import { policyHash, type PolicyNode } from '../../core/ledger/policy-tree.ts';
import { type Lock, LOCK_KEY, LOCK_POLICY } from '../../core/primitives/coin.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../../core/primitives/limits.ts';
import { type Chain, CHAIN, CHAINS, type KeyPath } from '../keys/key-path.ts';
import type { KeyLists } from '../files/public-keys-file.ts';
import {
  keyAt,
  policyTree,
  policyWitnessBytes,
  signersOf,
  spendableFrom,
  type WalletPolicy,
} from '../files/wallet-policy.ts';

/** The public keys of a wallet. They are enough to receive, mine and find payments while the wallet is locked. */
export interface Keyring {
  readonly receive: Uint8Array;
  readonly change: Uint8Array;
  /** Number of known keys of a chain, from index 0 on. */
  count(chain: Chain): number;
  /** A public key, 32 bytes; empty if it is not in the keyring. */
  key(keyPath: KeyPath): Uint8Array;
  /** The tree of a policy lock, without claims; null for the lock of a key. */
  tree(keyPath: KeyPath): PolicyNode | null;
  /** The policy of all locks; null if they are keys. */
  readonly policy: WalletPolicy | null;
  /** Bytes of the witness item that spends a coin. */
  readonly witnessBytes: number;
  /** The first height of a block that may spend a coin of the wallet; 0 for any. */
  readonly spendableFrom: Height;
  /** The lock of a key. A key that is not in the keyring is a bug and throws. */
  lock(keyPath: KeyPath): Lock;
  /** Whether any lock begins with these four bytes, see prefixOf. */
  hasPrefix(prefix: number): boolean;
  /** The key of a lock; undefined when the wallet does not have it. Usually one lookup in a map. */
  find(lock: Lock): KeyPath | undefined;
}

/** Creates a keyring from two lists of public keys, 32 bytes each, from index 0 on, and the policy of its locks. */
export function createKeyring(
  receive: Uint8Array,
  change: Uint8Array,
  policy: WalletPolicy | null = null,
): Keyring {
  const own = { receive, change };
  const counts = countsOf(own, policy);
  const key = (keyPath: KeyPath) => keyAt(own, keyPath);
  const lockType = policy === null ? LOCK_KEY : LOCK_POLICY;
  const locks = CHAINS.map((chain) =>
    Array.from({ length: counts[chain]! }, (_, index) =>
      policy === null ? key({ chain, index }) : policyHash(policyTree(policy, own, { chain, index })),
    ),
  );

  // Keyed by the first four bytes. Every output of every block is looked up here, and hex strings would cost more.
  const byPrefix = new Map<number, KeyPath[]>();
  for (const chain of [CHAIN.receive, CHAIN.change]) {
    for (const [index, lock] of locks[chain]!.entries()) {
      const keyPath = { chain, index };
      const prefix = prefixOf(lock);
      const same = byPrefix.get(prefix);
      if (same === undefined) byPrefix.set(prefix, [keyPath]);
      else same.push(keyPath);
    }
  }

  return {
    receive,
    change,
    key,
    policy,
    witnessBytes: policy === null ? SIGNATURE_BYTES : policyWitnessBytes(policy, own),
    spendableFrom: spendableFrom(policy),
    tree: (keyPath) => policy && policyTree(policy, own, keyPath),
    count: (chain) => counts[chain]!,
    lock({ chain, index }) {
      const lock = locks[chain]![index];
      if (lock === undefined) throw new RangeError(`no key ${chain}/${index}`);
      return { lockType, lock };
    },
    hasPrefix: (prefix) => byPrefix.has(prefix),
    find({ lockType: type, lock }) {
      if (type !== lockType || lock.length !== KEY_BYTES) return undefined;
      return byPrefix
        .get(prefixOf(lock))
        ?.find(({ chain, index }) => equalBytes(locks[chain]![index]!, lock));
    },
  };
}

/** Number of locks of each chain: as many as each person has keys. */
function countsOf(own: KeyLists, policy: WalletPolicy | null): number[] {
  const people = policy === null ? [own] : signersOf(policy, own);
  return [
    Math.min(...people.map(({ receive }) => receive.length)) / KEY_BYTES,
    Math.min(...people.map(({ change }) => change.length)) / KEY_BYTES,
  ];
}

/** The first four bytes as a number: a cheap filter before all bytes are compared. */
export function prefixOf(bytes: Uint8Array): number {
  return bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24);
}
