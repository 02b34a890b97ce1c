import type { Height } from '../../../shared/units.ts';
import { equalBytes } from '../codec/bytes.ts';
import { Writer } from '../codec/writer.ts';
import { DOMAIN, hash, type Hash, plainSha256 } from '../crypto/hash.ts';
import type { SignatureSink } from './jobs.ts';
import { type Verdict, violation } from '../violation.ts';
import { decodePolicy, encodeClaims, policyHash, type PolicyNode } from './policy-tree.ts';

/** One input of lock type 1, with its transaction and block height. */
export interface PolicySpend {
  readonly witness: Uint8Array;
  /** The lock of the coin. */
  readonly lock: Uint8Array;
  /** The index of the input in its transaction. */
  readonly index: number;
  /** The height of the block that contains it. */
  readonly height: Height;
  /** The type-0 signature hash of the transaction; called only if a key is claimed. */
  message(): Hash;
}

/**
 * The rule of lock type 1 once its deployment is active (protocol.md §14): the revealed tree hashes to the lock, each
 * threshold has exactly the required number of claimed branches, and every claim is proven. Adds the signatures to
 * `signatures`. Cost: linear in the witness, plus the transaction's signature hash once.
 */
export function checkPolicySpend(spend: PolicySpend, signatures: SignatureSink): Verdict {
  const { witness, lock, index, height } = spend;
  const tree = decodePolicy(witness);
  if (tree === null) return violation('lock-policy', { index, why: 'the witness is no policy tree' });
  if (!equalBytes(policyHash(tree), lock)) {
    return violation('lock-policy', { index, why: 'the tree is not the one the coin is locked to' });
  }
  if (!isClaimed(tree))
    return violation('lock-policy', { index, why: 'not as much is claimed as the tree asks for' });
  let message: Hash | null = null;
  const messageOnce = () => (message ??= policySighash(spend.message(), index, tree));
  return prove(tree, { height, message: messageOnce, signatures })
    ? null
    : violation('lock-policy', { index, why: 'a claim does not hold' });
}

/**
 * The signature hash of a policy witness, 32 bytes: over the type-0 signature hash, the index of the input and the
 * claims. It covers the hash of the transaction instead of its bytes. Otherwise a transaction with a thousand inputs
 * would be hashed a thousand times.
 */
export function policySighash(message: Hash, index: number, tree: PolicyNode): Hash {
  return hash(DOMAIN.policySighash, message, new Writer(4).u32(index).finish(), encodeClaims(tree));
}

/**
 * Whether exactly the required nodes are claimed. With more claims than required, a node that relays the transaction
 * could change the witness.
 */
function isClaimed(node: PolicyNode): boolean {
  switch (node.kind) {
    case 'key':
      return node.signature !== null;
    case 'after':
      return node.claimed;
    case 'hash':
      return node.preimage !== null;
    case 'hidden':
      return false;
    case 'threshold': {
      const claimed = node.children.filter(isClaimed);
      return (
        claimed.length === node.m &&
        node.children.every((child) => claimed.includes(child) || isUnclaimed(child))
      );
    }
  }
}

function isUnclaimed(node: PolicyNode): boolean {
  switch (node.kind) {
    case 'key':
      return node.signature === null;
    case 'after':
      return !node.claimed;
    case 'hash':
      return node.preimage === null;
    case 'hidden':
      return true;
    case 'threshold':
      return node.children.every(isUnclaimed);
  }
}

interface Proofs {
  readonly height: Height;
  readonly message: () => Hash;
  readonly signatures: SignatureSink;
}

function prove(node: PolicyNode, proofs: Proofs): boolean {
  switch (node.kind) {
    case 'key':
      if (node.signature) proofs.signatures.add(node.key, node.signature, proofs.message());
      return true;
    case 'after':
      return !node.claimed || proofs.height >= node.height;
    case 'hash':
      return node.preimage === null || equalBytes(plainSha256(node.preimage), node.hash);
    case 'hidden':
      return true;
    case 'threshold':
      return node.children.every((child) => prove(child, proofs));
  }
}
