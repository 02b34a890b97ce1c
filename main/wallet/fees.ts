import type { Motes } from '../../shared/units.ts';

/** Highest fee rate that the wallet accepts, against typing errors: about 0.2 KITH for a usual payment. */
export const MAX_FEERATE = 100_000;

/** The lowest whole fee that reaches a fee rate in motes per byte, which may be a fraction. */
export function feeFor(bytes: number, feerate: number): Motes {
  return Math.ceil(bytes * feerate) as Motes;
}
