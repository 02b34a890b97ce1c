import type { CodecCode } from '../violation.ts';

const EMPTY = new Uint8Array(0);

/**
 * Reads the encoding of protocol.md §1 and never throws. The first failure is kept in `failed`, and every later read
 * returns zero or no bytes. So a decoder checks only once, at its end. Byte strings are views into the input, not
 * copies.
 */
export class Reader {
  readonly source: Uint8Array;
  offset: number;
  readonly end: number;
  failed: CodecCode | null = null;

  constructor(source: Uint8Array, offset = 0, end = source.length) {
    this.source = source;
    this.offset = offset;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  fail(code: CodecCode): 0 {
    this.failed ??= code;
    this.offset = this.end;
    return 0;
  }

  u8(): number {
    if (this.offset >= this.end) return this.fail('codec-truncated');
    return this.source[this.offset++]!;
  }

  u32(): number {
    const at = this.offset;
    if (at + 4 > this.end) return this.fail('codec-truncated');
    this.offset = at + 4;
    const s = this.source;
    return (s[at]! | (s[at + 1]! << 8) | (s[at + 2]! << 16) | (s[at + 3]! << 24)) >>> 0;
  }

  /** Reads eight bytes. A value of 2^53 or more fails, because no field of the protocol may have one. */
  u64(): number {
    const low = this.u32();
    const high = this.u32();
    if (high >= 0x20_0000) return this.fail('codec-u64');
    return high * 0x1_0000_0000 + low;
  }

  /** Reads canonical LEB128: at most 5 bytes and 2^32 - 1, and no longer than needed. */
  varuint(): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.u8();
      if (this.failed) return 0;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) {
        // A last byte of zero adds nothing: the same number has a shorter form.
        if ((byte === 0 && i > 0) || value > 0xffff_ffff) return this.fail('codec-varuint');
        return value;
      }
    }
    return this.fail('codec-varuint');
  }

  bytes(length: number): Uint8Array {
    const at = this.offset;
    if (at + length > this.end) {
      this.fail('codec-truncated');
      return EMPTY;
    }
    this.offset = at + length;
    return this.source.subarray(at, at + length);
  }

  /** Skips bytes without creating a view. */
  skip(length: number): void {
    if (this.offset + length > this.end) this.fail('codec-truncated');
    else this.offset += length;
  }

  /** Reads a byte string with a length prefix. A length above `max` fails before anything is read. */
  varbytes(max: number): Uint8Array {
    const length = this.varuint();
    if (length > max) {
      this.fail('codec-length');
      return EMPTY;
    }
    return this.bytes(length);
  }

  /**
   * Reads a count of items of at least `itemBytes` each. Fails if the input is too short for them, so that nothing is
   * allocated.
   */
  count(itemBytes: number): number {
    const count = this.varuint();
    if (count * itemBytes > this.remaining) return this.fail('codec-truncated');
    return count;
  }

  /** Bytes that are left over are a failure, because each value has only one encoding. */
  finish(): CodecCode | null {
    if (this.failed === null && this.offset !== this.end) this.fail('codec-trailing');
    return this.failed;
  }
}
