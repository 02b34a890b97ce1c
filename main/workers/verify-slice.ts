import type { VerifySignature } from '../core/crypto/signature-gate.ts';
import { SIGNATURE_JOB_BYTES } from '../core/ports.ts';

/** The index of the first invalid signature in the jobs from `from` up to but not including `to`, or -1. */
export type VerifySlice = (data: Uint8Array, from: number, to: number) => number;

export function createVerifySlice(verify: VerifySignature): VerifySlice {
  // Each job is copied from the batch: otherwise three new views per signature would be the only garbage of a verify
  // thread.
  const [key, signature, message] = [new Uint8Array(32), new Uint8Array(64), new Uint8Array(32)];
  return (data, from, to) => {
    for (let i = from; i < to; i++) {
      const at = i * SIGNATURE_JOB_BYTES;
      copy(data, at, key);
      copy(data, at + 32, signature);
      copy(data, at + 96, message);
      if (!verify(key, signature, message)) return i;
    }
    return -1;
  };
}

function copy(from: Uint8Array, at: number, to: Uint8Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[at + i]!;
}
