import { isViolation, type Violation } from '../../main/core/violation.ts';
import type { Random } from '../support/random.ts';

/** A decoder under test, with all that is known about what it takes and gives. */
export interface Codec {
  readonly name: string;
  /** A valid encoding, small and various. */
  sample(random: Random): Uint8Array;
  /** The value re-encoded, or null when the bytes were refused; never throws. */
  roundTrip(bytes: Uint8Array): Uint8Array | null;
}

/** A codec from its two halves; what `decode` gives as null or a violation is a refusal. */
export function codec<Value>(
  name: string,
  sample: (random: Random) => Uint8Array,
  decode: (bytes: Uint8Array) => Value | null,
  encode: (value: Value) => Uint8Array,
): Codec {
  return {
    name,
    sample,
    roundTrip(bytes) {
      const value = decode(bytes);
      return value === null ? null : encode(value);
    },
  };
}

/** Refusals that come as violations, as null. */
export function orNull<Value>(value: Value): Exclude<Value, Violation> | null {
  return isViolation(value) ? null : (value as Exclude<Value, Violation>);
}
