import { HEADER_BYTES } from '../core/primitives/limits.ts';

const PER_CHUNK = 4096;

/** Headers side by side in large buffers: 88 bytes each instead of an object of some 300. */
export class HeaderSlab {
  readonly #chunks: Uint8Array[] = [];
  #count = 0;

  /** Returns the slot. */
  add(header: Uint8Array): number {
    const slot = this.#count++;
    if (slot % PER_CHUNK === 0) this.#chunks.push(new Uint8Array(PER_CHUNK * HEADER_BYTES));
    this.#chunks[Math.floor(slot / PER_CHUNK)]!.set(header, (slot % PER_CHUNK) * HEADER_BYTES);
    return slot;
  }

  /** A view; never write to it. */
  at(slot: number): Uint8Array {
    const start = (slot % PER_CHUNK) * HEADER_BYTES;
    return this.#chunks[Math.floor(slot / PER_CHUNK)]!.subarray(start, start + HEADER_BYTES);
  }
}
