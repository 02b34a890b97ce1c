import type { Height } from '../../shared/units.ts';
import { Reader } from '../core/codec/reader.ts';
import { Writer } from '../core/codec/writer.ts';
import type { Hash } from '../core/crypto/hash.ts';

/** The state of the chain. Each atomic batch writes it together with the coins. */
export interface ChainState {
  readonly tip: Hash;
  readonly height: Height;
  /** Number of batches written so far; see `mark` in keys.ts. */
  readonly commit: number;
  /** Totals of the UTXO set: number of coins, and their motes. */
  readonly coins: number;
  readonly total: number;
  /** Motes issued and destroyed from genesis to this tip. `total` is `issued - burned`. */
  readonly issued: number;
  readonly burned: number;
  /** The sum over the outpoints of all coins; see coin-sum.ts. */
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

/** Decodes the record of schema 1, which had no coin sum. */
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
