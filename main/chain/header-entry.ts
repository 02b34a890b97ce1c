import type { Height, UnixSeconds } from '../../shared/units.ts';
import type { BlockStatus, SegmentLocation, UndoLocation } from '../storage/header-record.ts';

/** A known header with valid proof of work. Only the header index changes it. */
export interface HeaderEntry {
  /** The block id as hexadecimal. */
  readonly id: string;
  readonly height: Height;
  readonly time: UnixSeconds;
  readonly bits: number;
  readonly version: number;
  /** Work of the chain from genesis to this block: the expected number of hashes. */
  readonly work: bigint;
  readonly prev: HeaderEntry | null;
  /**
   * The ancestor at height 1, the anchor of the difficulty rule (protocol.md §9). The entry itself at height 1; null
   * for genesis.
   */
  readonly anchor: HeaderEntry | null;
  readonly status: BlockStatus;
  /** Number of transactions in the body; 0 while it is not stored. */
  readonly transactions: number;
  /** The soft forks that were active when the block was checked (see encodeRules); 0 if it was never connected. */
  readonly rules: number;
  /** Slot of the 88 bytes in the slab of the index. */
  readonly slot: number;
}

/** The same entry with the fields that only the index changes. */
export interface OwnedEntry extends HeaderEntry {
  readonly prev: OwnedEntry | null;
  readonly anchor: OwnedEntry | null;
  status: BlockStatus;
  transactions: number;
  rules: number;
  body: SegmentLocation | null;
  undo: UndoLocation | null;
  /** The bodies of this block and of all its ancestors are stored. */
  complete: boolean;
  /** The first child; most entries have only one. */
  child: OwnedEntry | null;
}

/** The ancestor at a height not above that of the entry. O(distance). */
export function ancestorAt(entry: OwnedEntry, height: Height): OwnedEntry {
  let at = entry;
  while (at.height > height) at = at.prev!;
  return at;
}
