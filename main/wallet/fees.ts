import type { Motes } from '../../shared/units.ts';

/** More motes per byte than anybody means: about 0.2 KITH for a usual payment. */
export const MAX_FEERATE = 100_000;

/** The least whole fee that reaches a feerate in motes per byte (which may have decimals). */
export function feeFor(bytes: number, feerate: number): Motes {
  return Math.ceil(bytes * feerate) as Motes;
}
