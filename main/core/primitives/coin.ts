import type { Height, Motes } from '../../../shared/units.ts';

/** Who may spend an output: a type and its bytes (protocol.md §5). Type 0 is a 32-byte Ed25519 key, type 255 a burn. */
export interface Lock {
  readonly lockType: number;
  readonly lock: Uint8Array;
}

export const LOCK_KEY = 0;
export const LOCK_POLICY = 1;
export const LOCK_BURN = 255;

export interface Output extends Lock {
  readonly amount: Motes;
}

/** An unspent output, with its height and coinbase flag, on which maturity depends. */
export interface Coin extends Output {
  readonly height: Height;
  readonly coinbase: boolean;
}
