import { type BinaryString, writeBinary } from './binary.ts';

/** Writes the encoding of protocol.md §1 into a growing buffer. Throws for a value out of range, which is a bug. */
export class Writer {
  #buffer: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    const at = this.#length;
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
    this.#buffer[at + 2] = value >>> 16;
    this.#buffer[at + 3] = value >>> 24;
    this.#length = at + 4;
    return this;
  }

  u64(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a u64 below 2^53: ${value}`);
    return this.u32(value % 0x1_0000_0000).u32(Math.floor(value / 0x1_0000_0000));
  }

  varuint(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
      throw new RangeError(`not a varuint: ${value}`);
    this.#reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The bytes of a binary string. */
  binary(text: BinaryString): this {
    this.#reserve(text.length);
    this.#length = writeBinary(text, this.#buffer, this.#length);
    return this;
  }

  varbytes(bytes: Uint8Array): this {
    return this.varuint(bytes.length).bytes(bytes);
  }

  /** Clears the writer and keeps its memory. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  /** A view of the written bytes, valid until the next write. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** A copy of the written bytes. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
