import type { ProofVerdict } from '../../shared/contract/proofs.ts';
import { decodeBlock } from '../core/primitives/block.ts';
import { isViolation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import type { CheckedProof } from '../wallet/proof-operations.ts';
import type { MinedTransaction, NodeFacade } from './facade.ts';
import { confirmationsOf } from './views.ts';

type Found = Pick<MinedTransaction, 'entry' | 'transaction'>;

/**
 * Checks a payment proof, and looks for its payment: in the mempool, in the block that the proof names, and where
 * Chain.findTransaction looks. What the proof says about the block is only a hint.
 *
 * A txid does not cover the signatures. A forger can take the payment of another person, name own addresses as its coins
 * and sign it again: these signatures are valid, and the txid is in the chain. So the payment must have the same wid here.
 * @throws {KithError} `proof-…`, `address-…`
 */
export async function verifyProof(node: NodeFacade, text: string): Promise<ProofVerdict> {
  const { block, wid, ...facts } = await node.wallets.checkProof(text);
  const place = { block: null, height: null, time: null, confirmations: 0 };
  const pending = node.mempool.get(facts.txid);
  const mined =
    pending === undefined
      ? ((await findByHint(node, facts.txid, block)) ?? (await node.chain.findTransaction(facts.txid)))
      : null;
  const found = pending?.tx ?? mined?.transaction;
  if (found === undefined) return { ...facts, ...place, state: 'unknown' };
  if (found.widBinary !== wid) throw new KithError('proof-other-witness');
  if (mined === null) return { ...facts, ...place, state: 'pending' };
  const { id, height, time } = mined.entry;
  return {
    ...facts,
    state: 'mined',
    block: id,
    height,
    time,
    confirmations: confirmationsOf(node.chain, mined.entry),
  };
}

async function findByHint(
  { chain }: NodeFacade,
  txid: string,
  hint: CheckedProof['block'],
): Promise<Found | null> {
  const entry = hint === null ? undefined : chain.entry(hint.id);
  if (entry === undefined || !chain.isActive(entry)) return null;
  const bytes = await chain.readBlock(entry.id);
  const block = bytes === null ? null : decodeBlock(bytes);
  if (block === null || isViolation(block)) return null;
  const transaction = block.transactions.find((tx) => tx.txidHex === txid);
  return transaction === undefined ? null : { entry, transaction };
}
