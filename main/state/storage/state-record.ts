import type { Height } from '../../../shared/units.ts';
import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';

/** What one atomic batch moves together with the coins. */
export interface ChainState {
  readonly tip: Hash;
  readonly height: Height;
  /** Counts the batches; see `mark` in keys.ts. */
  readonly commit: number;
  /** Totals of the coin set: coins, and motes in them. */
  readonly coins: number;
  readonly total: number;
  /** Motes ever issued and ever destroyed on the way to this tip; total = issued - burned. */
  readonly issued: number;
  readonly burned: number;
}

/** tip 32 | height u32 | commit, coins, total, issued, burned: u64 each. */
export function encodeState(state: ChainState): Uint8Array {
  const writer = new Writer(80).bytes(state.tip).u32(state.height).u64(state.commit).u64(state.coins);
  return writer.u64(state.total).u64(state.issued).u64(state.burned).finish();
}

export function decodeState(payload: Uint8Array): ChainState | null {
  const reader = new Reader(payload);
  const tip = reader.bytes(32).slice();
  const height = reader.u32();
  const [commit, coins, total, issued, burned] = [
    reader.u64(),
    reader.u64(),
    reader.u64(),
    reader.u64(),
    reader.u64(),
  ];
  return reader.finish() === null ? { tip, height, commit, coins, total, issued, burned } : null;
}
