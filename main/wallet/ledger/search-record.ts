/** The last search of the chain by a wallet, and its bytes in the database (docs/formats/wallet-file.md, "wallet-data"). */
import type { SearchKind, SearchState } from '../../../shared/contract/vocabulary.ts';
import type { Height, UnixSeconds } from '../../../shared/units.ts';
import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';

/** A range of blocks, both ends included. */
export interface BlockRange {
  readonly from: Height;
  readonly to: Height;
}

export interface SearchRecord {
  readonly kind: Exclude<SearchKind, 'none'>;
  readonly state: SearchState;
  /** The first block of the search. */
  readonly from: Height;
  /** Every block of the search below this height was compared or read. */
  readonly next: Height;
  /** The first block with a payment that the wallet lacked; null for none. */
  readonly lackedFrom: Height | null;
  /** Blocks that are not stored here, such as pruned ones; null for none. */
  readonly unsearched: BlockRange | null;
  /** Whether the coins from those blocks were looked up in the UTXO set. */
  readonly coinsLookedUp: boolean;
  readonly startedAt: UnixSeconds;
  readonly endedAt: UnixSeconds | null;
}

const KINDS = ['restore', 'rescan'] as const;
const STATES = ['checking', 'reading', 'done', 'cancelled'] as const;
const FLAG = { lacked: 1, unsearched: 2, coinsLookedUp: 4, ended: 8 } as const;

export function encodeSearch(search: SearchRecord): Uint8Array {
  const { lackedFrom, unsearched, endedAt } = search;
  const flags =
    (lackedFrom === null ? 0 : FLAG.lacked) |
    (unsearched === null ? 0 : FLAG.unsearched) |
    (search.coinsLookedUp ? FLAG.coinsLookedUp : 0) |
    (endedAt === null ? 0 : FLAG.ended);
  const writer = new Writer(64);
  writer.u8(KINDS.indexOf(search.kind)).u8(STATES.indexOf(search.state)).u8(flags);
  writer
    .u32(search.from)
    .u32(search.next)
    .u32(lackedFrom ?? 0);
  writer.u32(unsearched?.from ?? 0).u32(unsearched?.to ?? 0);
  writer.u64(search.startedAt).u64(endedAt ?? 0);
  return writer.finish();
}

/** Null for bytes that encodeSearch never writes. */
export function decodeSearch(bytes: Uint8Array): SearchRecord | null {
  const reader = new Reader(bytes);
  const [kind, state, flags] = [KINDS[reader.u8()], STATES[reader.u8()], reader.u8()];
  const [from, next, lackedFrom] = [reader.u32(), reader.u32(), reader.u32()];
  const unsearched = { from: reader.u32(), to: reader.u32() };
  const [startedAt, endedAt] = [reader.u64(), reader.u64()];
  if (reader.finish() !== null || kind === undefined || state === undefined) return null;
  return {
    kind,
    state,
    from,
    next,
    lackedFrom: (flags & FLAG.lacked) === 0 ? null : lackedFrom,
    unsearched: (flags & FLAG.unsearched) === 0 ? null : unsearched,
    coinsLookedUp: (flags & FLAG.coinsLookedUp) !== 0,
    startedAt,
    endedAt: (flags & FLAG.ended) === 0 ? null : endedAt,
  };
}
