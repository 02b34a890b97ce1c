import type { VerifySignature } from '../../core/crypto/signature-gate.ts';
import { SIGNATURE_JOB_BYTES } from '../../core/ports.ts';

/** The index of the first signature in jobs `from` up to `to` that doesn't hold, or -1. */
export type VerifySlice = (data: Uint8Array, from: number, to: number) => number;

export function createVerifySlice(verify: VerifySignature): VerifySlice {
  return (data, from, to) => {
    for (let i = from; i < to; i++) {
      const at = i * SIGNATURE_JOB_BYTES;
      const key = data.subarray(at, at + 32);
      const signature = data.subarray(at + 32, at + 96);
      if (!verify(key, signature, data.subarray(at + 96, at + 128))) return i;
    }
    return -1;
  };
}
