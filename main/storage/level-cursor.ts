/** Reads the integers of LevelDB formats. After a failure every read returns zero or nothing. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;
  failed = false;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  get done(): boolean {
    return this.failed || this.at >= this.#end;
  }

  /** Reads a varint64. Fails above 2^53, because no size or file number is that large. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 9; shift++) {
      if (this.at >= this.#end) break;
      const byte = this.#bytes[this.at++]!;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80 && value <= Number.MAX_SAFE_INTEGER) return value;
    }
    this.failed = true;
    return 0;
  }

  skip(length: number): void {
    if (this.at + length > this.#end) this.failed = true;
    else this.at += length;
  }

  /** Skips a byte string that has its length in front. */
  skipSlice(): void {
    this.skip(this.varint());
  }
}

export function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
