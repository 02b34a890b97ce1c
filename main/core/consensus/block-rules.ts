import type { Height } from '../../../shared/units.ts';
import { equalBytes } from '../codec/bytes.ts';
import { type Block, blockMerkleRoot } from '../primitives/block.ts';
import { MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS, MAX_RECORD_BYTES } from '../primitives/limits.ts';
import { type CoinbaseRecord, decodeRecords, findRecord, RECORD_TAG } from '../primitives/records.ts';
import { isCoinbase, type Transaction } from '../primitives/transaction.ts';
import { isViolation, type Verdict, type Violation, violation, type ViolationCode } from '../violation.ts';
import { checkTransaction } from './transaction-rules.ts';

/**
 * Whether a failure does not invalidate the header, because another peer may have the right body. All other failures
 * are permanent for the id of the block, because the Merkle root commits to every byte of the body (protocol.md §7).
 */
export function isMutatedBody(code: ViolationCode): boolean {
  return (
    code.startsWith('codec-') ||
    code === 'block-merkle' ||
    code === 'block-empty' ||
    code === 'block-too-large'
  );
}

declare const MATCHED: unique symbol;

/**
 * A block whose transactions give the Merkle root of its header. Only `matchBody` returns one, so that the root is
 * computed only once for each block.
 */
export type MatchedBlock = Block & { readonly [MATCHED]: true };

/** Whether the body is the one that the header commits to. One hash per transaction and one per node of the tree. */
export function matchBody(block: Block): MatchedBlock | Violation {
  return checkHasTransactions(block) ?? checkMerkleRoot(block) ?? (block as MatchedBlock);
}

/** Checks every rule of a block body that needs no coin and no other block. One or two hashes per transaction. */
export function checkBody(block: Block): Verdict {
  const matched = matchBody(block);
  return isViolation(matched) ? matched : checkMatchedBody(matched);
}

/** The rules of `checkBody` that `matchBody` has not checked. */
export function checkMatchedBody(block: MatchedBlock): Verdict {
  return checkBlockSize(block) ?? checkOutputCount(block) ?? checkCoinbase(block) ?? checkTransactions(block);
}

function checkHasTransactions(block: Block): Verdict {
  return block.transactions.length === 0 ? violation('block-empty') : null;
}

function checkMerkleRoot(block: Block): Verdict {
  const matches = equalBytes(blockMerkleRoot(block.transactions), block.header.merkle);
  return matches ? null : violation('block-merkle');
}

function checkBlockSize(block: Block): Verdict {
  const size = block.bytes.length;
  return size > MAX_BLOCK_BYTES ? violation('block-too-large', { size }) : null;
}

// Limits what one block can add to the UTXO set and to the undo data.
function checkOutputCount(block: Block): Verdict {
  let outputs = 0;
  for (const tx of block.transactions) outputs += tx.outputs.length;
  return outputs > MAX_BLOCK_OUTPUTS ? violation('block-outputs', { outputs }) : null;
}

/** The form of the coinbase (protocol.md §7). The amount that it may claim depends on the fees and is checked in the ledger. */
function checkCoinbase(block: Block): Verdict {
  const coinbase = block.transactions[0]!;
  if (!isCoinbase(coinbase)) return violation('coinbase-missing');
  return (
    checkCoinbaseWitness(coinbase) ??
    checkCoinbaseHeight(coinbase, block.header.height) ??
    checkCoinbaseRecords(coinbase, block.header.height)
  );
}

function checkCoinbaseWitness(coinbase: Transaction): Verdict {
  const size = coinbase.witness[0]?.length ?? 0;
  if (coinbase.witness.length !== 1) return violation('coinbase-witness', { count: coinbase.witness.length });
  return size > MAX_RECORD_BYTES ? violation('coinbase-witness', { size }) : null;
}

// The height makes every coinbase unique, so that no two transactions of a chain share an id (BIP-30, BIP-34).
function checkCoinbaseHeight(coinbase: Transaction, height: Height): Verdict {
  if (coinbase.validFrom !== height)
    return violation('coinbase-height', { validFrom: coinbase.validFrom, height });
  return coinbase.expires === 0 ? null : violation('coinbase-expires', { expires: coinbase.expires });
}

function checkCoinbaseRecords(coinbase: Transaction, height: Height): Verdict {
  const records = decodeRecords(coinbase.witness[0]!);
  if (isViolation(records)) return violation('coinbase-records');
  // Only genesis has the record of the parameters: in another block it would have no meaning.
  return height > 0 && findRecord(records, RECORD_TAG.parameters)
    ? violation('coinbase-records', { tag: 0 })
    : null;
}

/** The coinbase records of a block whose body was checked. */
export function coinbaseRecords(block: Block): readonly CoinbaseRecord[] {
  const records = decodeRecords(block.transactions[0]?.witness[0] ?? new Uint8Array(0));
  return isViolation(records) ? [] : records;
}

function checkTransactions(block: Block): Verdict {
  for (let position = 0; position < block.transactions.length; position++) {
    const tx = block.transactions[position]!;
    if (position > 0 && isCoinbase(tx)) return violation('tx-no-inputs', { position });
    const verdict = checkTransaction(tx);
    if (verdict) return violation(verdict.code, { ...verdict.evidence, position });
  }
  return null;
}
