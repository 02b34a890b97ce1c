import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Height, toMotes, type UnixSeconds } from '../../shared/units.ts';
import { fromHex, toHex } from '../core/codec/hex.ts';
import { bitsToTarget } from '../core/consensus/compact.ts';
import { subsidyAt } from '../core/consensus/params.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { Network } from '../core/params/network.ts';
import { type Block, blockMerkleRoot, createBlock } from '../core/primitives/block.ts';
import type { Lock } from '../core/primitives/coin.ts';
import { createHeader } from '../core/primitives/header.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS } from '../core/primitives/limits.ts';
import { type CoinbaseRecord, encodeRecords, RECORD_TAG } from '../core/primitives/records.ts';
import { createTransaction, type Transaction } from '../core/primitives/transaction.ts';
import type { TemplateTransactions, TemplateLimits } from '../mempool/template-transactions.ts';

/** What the template needs to know from the chain. */
export interface TemplateChain {
  readonly network: Pick<Network, 'params'>;
  tip(): { readonly id: string; readonly height: Height };
  medianTime(): UnixSeconds;
  nextBits(): number;
  nextVersion(): number;
  /** Null when the next block must carry no snapshot root. */
  nextSnapshotRoot(): Promise<Hash | null>;
}

export interface TemplateDeps {
  readonly chain: TemplateChain;
  readonly mempool: { templateTransactions(limits: TemplateLimits): TemplateTransactions };
}

/** A template as the procedure `mining.template` returns it to external miners. */
export interface TemplateInfo {
  /** The whole block with nonce 0. */
  readonly hex: string;
  readonly height: Height;
  readonly bits: number;
  /** 32 bytes big-endian in hexadecimal. The proof-of-work hash must not be above it. */
  readonly target: string;
}

// The transaction count is a varuint, of at most three bytes for up to 2^21 - 1 transactions.
const COUNT_BYTES = 3;
const EXTRA_NONCE_BYTES = 8;

/**
 * Creates the next block, complete except for its proof of work. Subsidy and fees go to `payout`. Waits for the
 * snapshot root if the block must carry one. Two calls never return the same block, because the extra nonce is random.
 */
export async function createBlockTemplate(
  deps: TemplateDeps,
  payout: Lock,
  now: UnixSeconds,
): Promise<Block> {
  const { chain, mempool } = deps;
  for (;;) {
    const tip = chain.tip();
    const root = await chain.nextSnapshotRoot();
    if (chain.tip().id !== tip.id) continue;
    // A first coinbase with a fee of 1 reserves the space of its output, also after the subsidy has ended.
    const draft = createCoinbase(chain, payout, 1, root);
    const selected = mempool.templateTransactions({
      maxBytes: MAX_BLOCK_BYTES - HEADER_BYTES - COUNT_BYTES - draft.bytes.length,
      maxOutputs: MAX_BLOCK_OUTPUTS - draft.outputs.length,
    });
    // Selecting and hashing a full block take 15 ms each, so they run in different turns of the event loop.
    await nextTurn();
    if (chain.tip().id !== tip.id) continue;
    const coinbase = createCoinbase(chain, payout, selected.fees, root);
    return assemble(chain, [coinbase, ...selected.transactions], now);
  }
}

function createCoinbase(chain: TemplateChain, payout: Lock, fees: number, root: Hash | null): Transaction {
  const height = chain.tip().height + 1;
  const reward = toMotes(subsidyAt(height, chain.network.params) + fees);
  const records: CoinbaseRecord[] = [
    { tag: RECORD_TAG.extraNonce, bytes: new Uint8Array(randomBytes(EXTRA_NONCE_BYTES)) },
  ];
  if (root !== null) records.push({ tag: RECORD_TAG.snapshotRoot, bytes: root });
  return createTransaction({
    version: 1,
    validFrom: height,
    expires: 0,
    inputs: [],
    // Without subsidy and fees there is nothing to pay out.
    outputs: reward === 0 ? [] : [{ amount: reward, lockType: payout.lockType, lock: payout.lock }],
    witness: [encodeRecords(records)],
  });
}

function assemble(chain: TemplateChain, transactions: readonly Transaction[], now: UnixSeconds): Block {
  const tip = chain.tip();
  const header = createHeader({
    version: chain.nextVersion(),
    prev: fromHex(tip.id)!,
    merkle: blockMerkleRoot(transactions),
    time: Math.max(chain.medianTime() + 1, now),
    bits: chain.nextBits(),
    height: tip.height + 1,
    nonce: 0,
  });
  return createBlock(header, transactions);
}

export function templateInfo({ header, bytes }: Block): TemplateInfo {
  const target = bitsToTarget(header.bits).toString(16).padStart(64, '0');
  return { hex: toHex(bytes), height: header.height, bits: header.bits, target };
}
