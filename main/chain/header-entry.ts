import type { Height, UnixSeconds } from '../../shared/units.ts';
import type { BlockStatus, SegmentLocation, UndoLocation } from '../storage/header-record.ts';

/** A header that this node knows and whose proof of work holds. Owned by the index; others only read it. */
export interface HeaderEntry {
  /** The block id as hexadecimal. */
  readonly id: string;
  readonly height: Height;
  readonly time: UnixSeconds;
  readonly bits: number;
  readonly version: number;
  /** Expected hashes from genesis to here. */
  readonly work: bigint;
  readonly prev: HeaderEntry | null;
  /** The first mined block below (or at) this one: where the difficulty's schedule begins. Null for genesis. */
  readonly anchor: HeaderEntry | null;
  readonly status: BlockStatus;
  /** Transactions in the body; 0 while it isn't stored. */
  readonly transactions: number;
  /** The soft forks that it was checked under, as encodeRules gives them; 0 while it never was connected. */
  readonly rules: number;
  /** Where the 88 bytes stand in the index's slab. */
  readonly slot: number;
}

/** The same entry as its index sees it. */
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
  /** The first that built on it; most have no other. */
  child: OwnedEntry | null;
}

/** The ancestor at a height not above the entry's own. Cost: the blocks between. */
export function ancestorAt(entry: OwnedEntry, height: Height): OwnedEntry {
  let at = entry;
  while (at.height > height) at = at.prev!;
  return at;
}
