/**
 * Binary files that begin with magic and a format byte and end with the SHA-256 of what is before: public keys, set-ups,
 * payments.
 */
import { equalBytes } from '../core/codec/bytes.ts';
import { Reader } from '../core/codec/reader.ts';
import { Writer } from '../core/codec/writer.ts';
import { plainSha256 } from '../core/crypto/hash.ts';

export interface CheckedFormat {
  readonly magic: Uint8Array;
  readonly format: number;
  /** Maximum size of a file in bytes. */
  readonly mostBytes: number;
}

const CHECKSUM_BYTES = 32;

/** A writer after magic and format. `size`: about how many bytes there will be. */
export function beginChecked({ magic, format }: CheckedFormat, size: number): Writer {
  return new Writer(size).bytes(magic).u8(format);
}

/** The bytes of a file whose content was written. */
export function endChecked(writer: Writer): Uint8Array {
  return writer.bytes(plainSha256(writer.view())).finish();
}

/** A reader of the content. Never throws; checks the size first, then magic, checksum and format. */
export function readChecked(
  { magic, format, mostBytes }: CheckedFormat,
  bytes: Uint8Array,
): Reader | 'malformed' | 'newer' {
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < magic.length + 1 || bytes.length > mostBytes) return 'malformed';
  if (!equalBytes(bytes.subarray(0, magic.length), magic)) return 'malformed';
  if (!equalBytes(plainSha256(bytes.subarray(0, end)), bytes.subarray(end))) return 'malformed';
  const found = bytes[magic.length]!;
  if (found !== format) return found > format ? 'newer' : 'malformed';
  return new Reader(bytes, magic.length + 1, end);
}
