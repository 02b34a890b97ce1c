import type { SignatureBatch, VerifyBatch } from '../core/ports.ts';
import { codeOf } from '../lib/errors.ts';

/** Checks a batch again when its worker died, which says nothing about the signatures. */
export async function verifySignatures(verifyBatch: VerifyBatch, batch: SignatureBatch): Promise<number> {
  for (let tries = 3; ; tries--) {
    try {
      return await verifyBatch(batch);
    } catch (error) {
      if (codeOf(error) !== 'worker-failed' || tries === 0) throw error;
    }
  }
}
