/** Fields that the text formats of this module have in common. They bring bytes into the only form that is written. */
import * as z from 'zod';
import { fromHex } from '../../core/codec/hex.ts';

/** The id of a network. */
export const networkField = z.string().regex(/^[0-9a-f]{64}$/);

/** At least `least` and at most `most` bytes in hexadecimal. */
export const hexField = (least: number, most: number) =>
  z
    .string()
    .max(most * 2)
    .transform((text) => fromHex(text) ?? new Uint8Array(0))
    .refine((bytes) => bytes.length >= least);

/** Bytes in base 64 with padding, in no other form than {@link toBase64} returns. */
export const base64Field = z
  .string()
  .transform((text) => ({ text, bytes: Uint8Array.from(Buffer.from(text, 'base64')) }))
  .refine(({ text, bytes }) => toBase64(bytes) === text)
  .transform(({ bytes }) => bytes);

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
