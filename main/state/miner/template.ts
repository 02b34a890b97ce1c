import { randomBytes } from 'node:crypto';
import type { UnixSeconds } from '../../../shared/units.ts';
import { toMotes } from '../../../shared/units.ts';
import { subsidyAt } from '../../core/consensus/params.ts';
import { type Block, blockMerkleRoot, createBlock } from '../../core/primitives/block.ts';
import type { Lock } from '../../core/primitives/coin.ts';
import { createHeader } from '../../core/primitives/header.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS } from '../../core/primitives/limits.ts';
import { type CoinbaseRecord, encodeRecords, RECORD } from '../../core/primitives/records.ts';
import { createTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import type { Chain } from '../chain/chain.ts';
import type { Mempool } from '../mempool/mempool.ts';
import { hexToHash } from '../storage/keys.ts';

export interface TemplateDeps {
  readonly chain: Pick<
    Chain,
    'network' | 'tip' | 'medianTime' | 'nextBits' | 'nextVersion' | 'nextSnapshotRoot'
  >;
  readonly mempool: Pick<Mempool, 'contents'>;
  readonly now: () => UnixSeconds;
}

/** What the coinbase and the transaction count may take at most. */
const COINBASE_RESERVE = 512;
const EXTRA_NONCE_BYTES = 8;

/**
 * An unmined block on the tip that pays subsidy and fees to `payout`; only its nonce is missing. Waits for the
 * snapshot root where the block has to name one. No two templates are alike, so that miners never repeat each other.
 */
export async function createBlockTemplate(deps: TemplateDeps, payout: Lock): Promise<Block> {
  const { chain, mempool, now } = deps;
  const root = await chain.nextSnapshotRoot();
  const tip = chain.tip();
  const height = tip.height + 1;
  const { transactions, fees } = mempool.contents({
    maxBytes: MAX_BLOCK_BYTES - HEADER_BYTES - COINBASE_RESERVE,
    maxOutputs: MAX_BLOCK_OUTPUTS - 1,
  });
  const amount = subsidyAt(height, chain.network.params) + fees;
  const all = [createCoinbase(height, amount, payout, root), ...transactions];
  const header = createHeader({
    version: chain.nextVersion(),
    prev: hexToHash(tip.id),
    merkle: blockMerkleRoot(all),
    time: Math.max(chain.medianTime() + 1, now()),
    bits: chain.nextBits(),
    height,
    nonce: 0,
  });
  return createBlock(header, all);
}

function createCoinbase(height: number, amount: number, payout: Lock, root: Uint8Array | null): Transaction {
  const records: CoinbaseRecord[] = [{ tag: RECORD.extraNonce, bytes: randomBytes(EXTRA_NONCE_BYTES) }];
  if (root) records.push({ tag: RECORD.snapshotRoot, bytes: root });
  return createTransaction({
    version: 1,
    validFrom: height,
    expires: 0,
    inputs: [],
    outputs: amount > 0 ? [{ amount: toMotes(amount), ...payout }] : [],
    witness: [encodeRecords(records)],
  });
}

/** The template with its nonce in place. */
export function completeBlock(template: Block, nonce: number): Block {
  return createBlock(createHeader({ ...template.header, nonce }), template.transactions);
}
