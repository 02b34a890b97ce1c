import type { Height } from '../../../shared/units.ts';
import type { PolicyNode } from '../../core/ledger/policy-tree.ts';
import { KEY_BYTES } from '../../core/primitives/limits.ts';
import type { KeyPath } from '../keys/key-path.ts';
import { type Claims, claimedBytes } from '../keys/policy-claims.ts';
import type { KeyLists } from './public-keys-file.ts';

/**
 * What the locks of a wallet are made of, beside its own keys. `shared`: m of n people sign; `others` are the keys of the other people in the
 * order of all, in which this wallet has `place`. `savings`: the own key, from a height on. `inheritance`: the key of the
 * owner at any time, or that of the heir from a height on; `other` are the keys of the other one.
 */
export type WalletPolicy =
  | {
      readonly kind: 'shared';
      readonly m: number;
      readonly place: number;
      readonly others: readonly KeyLists[];
    }
  | { readonly kind: 'savings'; readonly height: Height }
  | {
      readonly kind: 'inheritance';
      readonly height: Height;
      readonly role: 'owner' | 'heir';
      readonly other: KeyLists;
    };

/** Most people of a shared wallet. It bounds the sets of signatures (docs/adr/0022). */
export const MAX_SIGNERS = 7;

/** The tree of the lock at a place of the key lists. */
export function policyTree(policy: WalletPolicy, own: KeyLists, path: KeyPath): PolicyNode {
  const key = (lists: KeyLists): PolicyNode => ({ kind: 'key', key: keyAt(lists, path), signature: null });
  switch (policy.kind) {
    case 'shared':
      return { kind: 'threshold', m: policy.m, children: signersOf(policy, own).map(key) };
    case 'savings':
      return all(key(own), after(policy.height));
    case 'inheritance': {
      const [owner, heir] = policy.role === 'owner' ? [own, policy.other] : [policy.other, own];
      return { kind: 'threshold', m: 1, children: [key(owner), all(key(heir), after(policy.height))] };
    }
  }
}

/** The key lists of all people who can sign, in the order of all. */
export function signersOf(policy: WalletPolicy, own: KeyLists): KeyLists[] {
  switch (policy.kind) {
    case 'shared':
      return [...policy.others.slice(0, policy.place), own, ...policy.others.slice(policy.place)];
    case 'savings':
      return [own];
    case 'inheritance':
      return policy.role === 'owner' ? [own, policy.other] : [policy.other, own];
  }
}

/** The first height of a block that may spend, for this wallet; 0 if any. */
export function spendableFrom(policy: WalletPolicy | null): Height {
  if (policy === null || policy.kind === 'shared') return 0;
  return policy.kind === 'inheritance' && policy.role === 'owner' ? 0 : policy.height;
}

/** Bytes of the witness item with which this wallet spends a coin. */
export function policyWitnessBytes(policy: WalletPolicy, own: KeyLists): number {
  return claimedBytes(policyTree(policy, own, { chain: 0, index: 0 }), claimsOf(policy));
}

/** Leaves that this wallet claims; for a shared wallet any set, because all have the same size. */
function claimsOf(policy: WalletPolicy): Claims {
  switch (policy.kind) {
    case 'shared':
      return (1 << policy.m) - 1;
    case 'savings':
      return 0b11;
    case 'inheritance':
      return policy.role === 'owner' ? 0b001 : 0b110;
  }
}

const after = (height: Height): PolicyNode => ({ kind: 'after', height, claimed: false });
const all = (...children: PolicyNode[]): PolicyNode => ({ kind: 'threshold', m: children.length, children });

export function keyAt(lists: KeyLists, { chain, index }: KeyPath): Uint8Array {
  const list = chain === 0 ? lists.receive : lists.change;
  return list.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
}
