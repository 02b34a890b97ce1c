import { fromHex } from '../core/codec/hex.ts';

/** The bytes of a text that the contract has validated as hexadecimal. */
export function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) throw new RangeError('the contract accepted a text that is not hexadecimal');
  return bytes;
}
