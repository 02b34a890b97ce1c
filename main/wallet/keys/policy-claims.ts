import { encodePolicy, policyHash, type PolicyNode } from '../../core/ledger/policy-tree.ts';
import { SIGNATURE_BYTES } from '../../core/primitives/limits.ts';

/**
 * A set of leaves of a policy tree as a bit mask: bit i is leaf i, counted from left to right. A spend claims one such
 * set; every other node is hidden.
 */
export type Claims = number;

/** A condition at the end of a branch. Trees with other leaves are not used by wallets. */
export type PolicyLeaf = Extract<PolicyNode, { readonly kind: 'key' | 'after' }>;

/** Limits of the trees that wallets use. They bound the signatures of one payment; consensus allows more. */
export const CLAIM_LIMITS = { leaves: 16, sets: 64 } as const;

const NO_SIGNATURE = new Uint8Array(SIGNATURE_BYTES);

/** The leaves from left to right. Null for a tree that wallets do not use: hash or hidden nodes, claims, too many leaves. */
export function leavesOf(tree: PolicyNode): PolicyLeaf[] | null {
  const leaves: PolicyLeaf[] = [];
  const isPlain = (node: PolicyNode): boolean => {
    switch (node.kind) {
      case 'key':
        return node.signature === null && leaves.push(node) > 0;
      case 'after':
        return !node.claimed && leaves.push(node) > 0;
      case 'threshold':
        return node.children.every(isPlain);
      default:
        return false;
    }
  };
  return isPlain(tree) && leaves.length <= CLAIM_LIMITS.leaves ? leaves : null;
}

/**
 * Every set of leaves that satisfies the tree, ascending. Null for more than 64 sets. The number is computed before any
 * set is.
 */
export function claimSets(tree: PolicyNode): Claims[] | null {
  if (countSets(tree) > CLAIM_LIMITS.sets) return null;
  let leaf = 0;
  const setsOf = (node: PolicyNode): Claims[] => {
    if (node.kind !== 'threshold') return [1 << leaf++];
    const children = node.children.map(setsOf);
    return combine(children, node.m);
  };
  return setsOf(tree).sort((a, b) => a - b);
}

/** All unions of one set each of exactly `m` of the children. */
function combine(children: readonly Claims[][], m: number): Claims[] {
  // sets[k] are the unions over k of the children seen so far.
  const sets: Claims[][] = Array.from({ length: m + 1 }, (_, k) => (k === 0 ? [0] : []));
  for (const child of children)
    for (let k = m; k > 0; k--)
      sets[k]!.push(...sets[k - 1]!.flatMap((before) => child.map((claims) => before | claims)));
  return sets[m]!;
}

function countSets(node: PolicyNode): number {
  if (node.kind !== 'threshold') return 1;
  const counts = [1, ...Array.from({ length: node.m }, () => 0)];
  for (const child of node.children) {
    const sets = countSets(child);
    for (let k = node.m; k > 0; k--) counts[k]! += counts[k - 1]! * sets;
  }
  return counts[node.m]!;
}

/**
 * The tree as a spend reveals it: these leaves claimed, with the signature of each key; every other node hidden. The
 * default signature is 64 zero bytes.
 */
export function claimedTree(
  tree: PolicyNode,
  claims: Claims,
  signatureOf: (leaf: number) => Uint8Array = () => NO_SIGNATURE,
): PolicyNode {
  let leaf = 0;
  const reveal = (node: PolicyNode): { readonly node: PolicyNode; readonly claimed: boolean } => {
    if (node.kind === 'threshold') {
      const children = node.children.map(reveal);
      const claimed = children.some((child) => child.claimed);
      return claimed
        ? { node: { ...node, children: children.map((child) => child.node) }, claimed }
        : { node: hiddenNode(node), claimed };
    }
    const at = leaf++;
    const claimed = (claims & (1 << at)) !== 0;
    if (!claimed) return { node: hiddenNode(node), claimed };
    if (node.kind === 'key') return { node: { ...node, signature: signatureOf(at) }, claimed };
    return { node: node.kind === 'after' ? { ...node, claimed } : node, claimed };
  };
  return reveal(tree).node;
}

const hiddenNode = (node: PolicyNode): PolicyNode => ({ kind: 'hidden', hash: policyHash(node) });

/** Bytes of the witness item that claims these leaves. */
export function claimedBytes(tree: PolicyNode, claims: Claims): number {
  return encodePolicy(claimedTree(tree, claims)).length;
}
