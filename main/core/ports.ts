/** Functions that the core needs from the runtime. main/workers implements them, main/node/node.ts wires them. */

/** Bytes of one signature job: key 32 | signature 64 | message (a sighash) 32. */
export const SIGNATURE_JOB_BYTES = 128;

/** `count` jobs of {@link SIGNATURE_JOB_BYTES} bytes, one after the other in `data`. */
export interface SignatureBatch {
  readonly count: number;
  readonly data: Uint8Array;
}

/** The index of the first invalid signature, or -1 when all are valid (protocol.md §6). */
export type VerifyBatch = (batch: SignatureBatch) => Promise<number>;

/** Argon2id of the 88 header bytes: 32 bytes, read as a big-endian number (protocol.md §8). Blocks the calling thread. */
export type PowHash = (header: Uint8Array, memoryKiB: number) => Uint8Array;

/** Argon2id of many headers, in order, on other threads. */
export type PowHashMany = (headers: readonly Uint8Array[], memoryKiB: number) => Promise<Uint8Array[]>;
