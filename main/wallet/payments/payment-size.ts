import type { Height, Motes } from '../../../shared/units.ts';
import { KNOWN_VERSION } from '../../core/policy/policy-limits.ts';
import type { Lock } from '../../core/primitives/coin.ts';
import { SIGNATURE_BYTES } from '../../core/primitives/limits.ts';

/** The fields that determine the size of a payment before it is signed. */
export interface PaymentShape {
  readonly validFrom: Height;
  readonly expires: Height;
  readonly outputs: readonly Lock[];
}

/**
 * Bytes of a payment without inputs. Each input adds {@link inputBytes}, and the counts of inputs and witness items add
 * {@link countBytes}.
 */
export function baseBytes(shape: PaymentShape): number {
  const { validFrom, expires, outputs } = shape;
  const fields = varuintBytes(KNOWN_VERSION) + varuintBytes(validFrom) + varuintBytes(expires);
  return outputs.reduce((sum, output) => sum + outputBytes(output), fields + varuintBytes(outputs.length));
}

/** Bytes of the count of inputs and the count of witness items. */
export const countBytes = (inputs: number): number => 2 * varuintBytes(inputs);

/** Bytes that spending a coin adds: an input with its outpoint, and a witness item, by default a signature. */
export const inputBytes = (index: number, witness: number = SIGNATURE_BYTES): number =>
  32 + varuintBytes(index) + varuintBytes(witness) + witness;

const outputBytes = (output: Lock): number => 8 + 1 + varuintBytes(output.lock.length) + output.lock.length;

/** Bytes of a varuint (protocol.md §1). */
function varuintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/**
 * Highest fee rate that the wallet accepts, as a protection against typing errors: about 0.2 KITH for a usual payment.
 */
export const MAX_FEERATE = 100_000;

/** The lowest whole fee, in motes, that reaches a fee rate in motes per byte. The rate may be a fraction. */
export function feeFor(bytes: number, feerate: number): Motes {
  return Math.ceil(bytes * feerate) as Motes;
}
