import type { BinaryString } from '../core/codec/binary.ts';

/** Ids are binary strings in the maps of the pool and hexadecimal in its interface. */
export function hexOf(id: BinaryString): string {
  return Buffer.from(id, 'latin1').toString('hex');
}

/** For lookups: a text that is not an id finds nothing. */
export function idOf(hex: string): BinaryString {
  return Buffer.from(hex, 'hex').toString('latin1');
}
