import type { Height } from '../../shared/units.ts';
import { Reader } from '../core/codec/reader.ts';
import { Writer } from '../core/codec/writer.ts';
import type { Hash } from '../core/crypto/hash.ts';

/** The state that each atomic batch writes together with the coins. */
export interface ChainState {
  readonly tip: Hash;
  readonly height: Height;
  /** Counts the batches; see `mark` in keys.ts. */
  readonly commit: number;
  /** Totals of the UTXO set: coins, and motes in them. */
  readonly coins: number;
  readonly total: number;
  /** Motes ever issued and ever destroyed on the way to this tip; total = issued - burned. */
  readonly issued: number;
  readonly burned: number;
  /** Over the outpoints of all coins; see coin-sum.ts. */
  readonly coinSum: number;
}

/** tip 32 | height u32 | commit, coins, total, issued, burned, coinSum: u64 each. */
export function encodeState(state: ChainState): Uint8Array {
  const writer = new Writer(96).bytes(state.tip).u32(state.height).u64(state.commit).u64(state.coins);
  return writer.u64(state.total).u64(state.issued).u64(state.burned).u64(state.coinSum).finish();
}

export function decodeState(payload: Uint8Array): ChainState | null {
  const reader = new Reader(payload);
  const state = { ...readFirst(reader), coinSum: reader.u64() };
  return reader.finish() === null ? state : null;
}

/** The record of schema 1, which had no sum of its coins. */
export function decodeStateOfSchema1(payload: Uint8Array): Omit<ChainState, 'coinSum'> | null {
  const reader = new Reader(payload);
  const state = readFirst(reader);
  return reader.finish() === null ? state : null;
}

function readFirst(reader: Reader): Omit<ChainState, 'coinSum'> {
  const tip = reader.bytes(32).slice();
  const height = reader.u32();
  const [commit, coins, total, issued, burned] = [
    reader.u64(),
    reader.u64(),
    reader.u64(),
    reader.u64(),
    reader.u64(),
  ];
  return { tip, height, commit, coins, total, issued, burned };
}
