import type { Height } from '../../../shared/units.ts';
import { equalBytes } from '../codec/bytes.ts';
import type { Hash } from '../crypto/hash.ts';
import type { Block } from '../primitives/block.ts';
import { findRecord, RECORD_TAG } from '../primitives/records.ts';
import { type Verdict, violation } from '../violation.ts';
import { coinbaseRecords } from './block-rules.ts';
import type { ConsensusParams } from './params.ts';

/** The snapshot height whose root the block at `height` must carry, or null when it must carry none (protocol.md §15). */
export function committedSnapshotHeight(height: Height, params: ConsensusParams): Height | null {
  const at = height - params.delay;
  return at > 0 && at % params.epoch === 0 ? at : null;
}

/** Whether there is a snapshot of the UTXO set at this height. */
export function isSnapshotHeight(height: Height, params: ConsensusParams): boolean {
  return height > 0 && height % params.epoch === 0;
}

/**
 * Checks that the record exists exactly where it is required. Needs no coins, so it runs before a block is connected.
 */
export function checkSnapshotPlace(block: Block, params: ConsensusParams): Verdict {
  const record = findRecord(coinbaseRecords(block), RECORD_TAG.snapshotRoot);
  const due = committedSnapshotHeight(block.header.height, params) !== null;
  if (due && record === undefined) return violation('snapshot-missing');
  if (!due && record !== undefined) return violation('snapshot-misplaced');
  return record === undefined || record.length === 32
    ? null
    : violation('snapshot-wrong', { size: record.length });
}

/** Checks the record against the root that this node computed for the ancestor of the block. */
export function checkSnapshotRoot(block: Block, root: Hash): Verdict {
  const record = findRecord(coinbaseRecords(block), RECORD_TAG.snapshotRoot);
  return record && equalBytes(record, root) ? null : violation('snapshot-wrong');
}
