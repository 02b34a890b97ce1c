import type { Height } from '../../../shared/units.ts';
import { equalBytes } from '../codec/bytes.ts';
import { Writer } from '../codec/writer.ts';
import { DOMAIN, hash, type Hash, plainSha256 } from '../crypto/hash.ts';
import type { SignatureSink } from '../ledger/jobs.ts';
import type { Output } from '../primitives/coin.ts';
import type { Transaction } from '../primitives/transaction.ts';
import { type Verdict, violation } from '../violation.ts';
import { decodePolicy, encodeClaims, policyHash, type PolicyNode } from './policy-tree.ts';

/** One input of lock type 1 and where it stands. */
export interface PolicySpend {
  readonly networkId: Hash;
  readonly tx: Transaction;
  readonly index: number;
  /** The coins that the transaction spends, in the order of its inputs. */
  readonly spent: readonly Output[];
  /** The height of the block that takes it. */
  readonly height: Height;
}

/**
 * The rule of lock type 1 once its deployment is active (protocol 4): the revealed tree hashes to the lock, exactly as
 * many branches are claimed as each threshold asks for, and every claim is proven. Signatures go to `signatures`.
 */
export function checkPolicySpend(spend: PolicySpend, signatures: SignatureSink): Verdict {
  const { tx, index, spent } = spend;
  const tree = decodePolicy(tx.witness[index]!);
  if (tree === null) return violation('lock-policy', { index, why: 'the witness is no policy tree' });
  if (!equalBytes(policyHash(tree), spent[index]!.lock)) {
    return violation('lock-policy', { index, why: 'the tree is not the one the coin is locked to' });
  }
  if (!isClaimed(tree))
    return violation('lock-policy', { index, why: 'not as much is claimed as the tree asks for' });
  const proofs: Proofs = { height: spend.height, message: policySighash(spend, tree), signatures };
  return prove(tree, proofs) ? null : violation('lock-policy', { index, why: 'a claim does not hold' });
}

/** What a signature in a policy witness signs: as for type 0, and the input and the claims besides. 32 bytes. */
export function policySighash({ networkId, tx, index, spent }: PolicySpend, tree: PolicyNode): Hash {
  const writer = new Writer(spent.length * 48);
  for (const coin of spent) writer.u64(coin.amount).u8(coin.lockType).varbytes(coin.lock);
  writer.u32(index);
  return hash(
    DOMAIN.policySighash,
    networkId,
    tx.bytes.subarray(0, tx.bodyLength),
    writer.finish(),
    encodeClaims(tree),
  );
}

/** Whether the claims are exactly what satisfies the tree: more would let anybody change a witness in passing. */
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
  readonly message: Hash;
  readonly signatures: SignatureSink;
}

function prove(node: PolicyNode, proofs: Proofs): boolean {
  switch (node.kind) {
    case 'key':
      if (node.signature) proofs.signatures.add(node.key, node.signature, proofs.message);
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
