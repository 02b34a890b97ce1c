import type { SignatureBatch, VerifyBatch } from '../core/ports.ts';
import { codeOf } from '../lib/errors.ts';

/** A worker that died says nothing about the signatures: they are checked again. */
export async function verifySignatures(verifyBatch: VerifyBatch, batch: SignatureBatch): Promise<number> {
  for (let tries = 3; ; tries--) {
    try {
      return await verifyBatch(batch);
    } catch (error) {
      if (codeOf(error) !== 'worker-failed' || tries === 0) throw error;
    }
  }
}
