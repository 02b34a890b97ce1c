import { SIGNATURE_JOB_BYTES, type SignatureBatch } from '../ports.ts';

/** Collects the signatures of a block. The caller decides where and when they are checked. */
export interface SignatureSink {
  /** Key 32, signature 64, message 32 bytes. */
  add(key: Uint8Array, signature: Uint8Array, message: Uint8Array): void;
}

/** Collects jobs in a buffer that grows; see {@link SignatureBatch} for the layout. */
export class JobList implements SignatureSink {
  #data: Uint8Array;
  #count = 0;

  constructor(capacity = 16) {
    this.#data = new Uint8Array(capacity * SIGNATURE_JOB_BYTES);
  }

  add(key: Uint8Array, signature: Uint8Array, message: Uint8Array): void {
    const at = this.#count * SIGNATURE_JOB_BYTES;
    if (at === this.#data.length) this.#grow();
    this.#data.set(key, at);
    this.#data.set(signature, at + 32);
    this.#data.set(message, at + 96);
    this.#count++;
  }

  batch(): SignatureBatch {
    return { count: this.#count, data: this.#data.subarray(0, this.#count * SIGNATURE_JOB_BYTES) };
  }

  #grow(): void {
    const grown = new Uint8Array(this.#data.length * 2);
    grown.set(this.#data);
    this.#data = grown;
  }
}
