import { fromHex } from '../core/codec/hex.ts';

/** The bytes of text that the contract has already checked to be hexadecimal. */
export function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) throw new RangeError('the contract let through what is not hexadecimal');
  return bytes;
}
