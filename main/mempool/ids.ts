import type { BinaryString } from '../core/codec/binary.ts';

/** Ids stand in maps as binary strings and cross the pool's border as hexadecimal. */
export function hexOf(id: BinaryString): string {
  return Buffer.from(id, 'latin1').toString('hex');
}

/** For lookups: what is no id finds nothing. */
export function idOf(hex: string): BinaryString {
  return Buffer.from(hex, 'hex').toString('latin1');
}
