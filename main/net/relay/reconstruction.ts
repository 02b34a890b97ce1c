import { type BinaryString, writeBinary } from '../../core/codec/binary.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { CompactBlock } from '../protocol/compact-block.ts';
import { shortIdKey, shortIdOf } from '../protocol/short-ids.ts';

/** The reconstruction of a block from transactions that this node has. */
export interface Reconstruction {
  readonly compact: CompactBlock;
  /** Positions that are still empty, ascending. */
  readonly missing: readonly number[];
  /** Fills the missing positions in order. False when the number of transactions is wrong. */
  fill(parts: readonly Uint8Array[]): boolean;
  /**
   * The bytes of the block. No transaction may be missing. The caller must verify the Merkle root: a short-id collision can
   * put in a wrong transaction.
   */
  bytes(): Uint8Array;
}

/** A transaction that may be in the block. */
export interface CandidateTransaction {
  readonly wid: BinaryString;
  readonly bytes: Uint8Array;
}

/** Matches known transactions with the short ids. Cost: one SipHash per known transaction, about half a microsecond. */
export function reconstruct(compact: CompactBlock, known: Iterable<CandidateTransaction>): Reconstruction {
  const slots: (Uint8Array | null)[] = Array.from({ length: compact.count }, () => null);
  for (const { index, bytes } of compact.prefilled) slots[index] = bytes;
  const wanted = new Map<number, number | null>();
  let at = 0;
  for (const id of compact.shortIds) {
    while (slots[at] !== null) at++;
    // Two transactions of the block have the same short id, so neither can be matched.
    wanted.set(id, wanted.has(id) ? null : at);
    at++;
  }
  const key = shortIdKey(compact.header.id, compact.nonce);
  const owner = new Map<number, BinaryString>();
  const widBytes = new Uint8Array(32);
  for (const { wid, bytes } of wanted.size === 0 ? [] : known) {
    writeBinary(wid, widBytes, 0);
    const id = shortIdOf(key, widBytes);
    const place = wanted.get(id);
    if (place === undefined || place === null) continue;
    // Two known transactions have this short id, so the right one has to be requested.
    const collision = owner.has(id) && owner.get(id) !== wid;
    owner.set(id, wid);
    slots[place] = collision ? null : bytes;
    if (collision) wanted.set(id, null);
  }
  const empty = () => slots.flatMap((place, index) => (place === null ? [index] : []));
  let missing = empty();
  return {
    compact,
    get missing() {
      return missing;
    },
    fill(parts) {
      if (parts.length !== missing.length) return false;
      missing.forEach((index, i) => (slots[index] = parts[i]!));
      missing = empty();
      return true;
    },
    bytes() {
      const writer = new Writer(256 * compact.count + 256).bytes(compact.header.bytes).varuint(compact.count);
      for (const bytes of slots) writer.bytes(bytes!);
      return writer.finish();
    },
  };
}
