import type { ProofVerdict } from '../../shared/contract/wallet.ts';
import { decodeBlock } from '../core/primitives/block.ts';
import { isViolation } from '../core/violation.ts';
import type { CheckedProof } from '../wallet/proof-operations.ts';
import type { ChainEntry, NodeFacade } from './facade.ts';
import { confirmationsOf } from './views.ts';

/**
 * Checks a payment proof, and looks for its payment: in the mempool, in the block that the proof names, and where
 * Chain.findTransaction looks. What the proof says about the block is only a hint.
 * @throws {KithError} `proof-…`, `address-…`
 */
export async function verifyProof(node: NodeFacade, text: string): Promise<ProofVerdict> {
  const { block, ...facts } = await node.wallets.checkProof(text);
  const place = { block: null, height: null, time: null, confirmations: 0 };
  if (node.mempool.get(facts.txid) !== undefined) return { ...facts, ...place, state: 'pending' };
  const entry =
    (await entryOfHint(node, facts.txid, block)) ?? (await node.chain.findTransaction(facts.txid))?.entry;
  if (entry === undefined) return { ...facts, ...place, state: 'unknown' };
  const { id, height, time } = entry;
  return {
    ...facts,
    state: 'mined',
    block: id,
    height,
    time,
    confirmations: confirmationsOf(node.chain, entry),
  };
}

async function entryOfHint(
  { chain }: NodeFacade,
  txid: string,
  hint: CheckedProof['block'],
): Promise<ChainEntry | undefined> {
  const entry = hint === null ? undefined : chain.entry(hint.id);
  if (entry === undefined || !chain.isActive(entry)) return undefined;
  const bytes = await chain.readBlock(entry.id);
  const block = bytes === null ? null : decodeBlock(bytes);
  if (block === null || isViolation(block)) return undefined;
  return block.transactions.some((tx) => tx.txidHex === txid) ? entry : undefined;
}
