import { SIGNATURE_JOB_BYTES } from '../../main/core/ports.ts';
import { createFastSigner } from '../support/chain/fast-sign.ts';
import { createRandom } from '../support/random.ts';

/** Fills memory with valid signature jobs (key, signature, message); 64 different ones, again and again. */
export function fillJobs(data: Uint8Array, count: number, seed = 1): void {
  const random = createRandom(seed);
  const distinct = Math.min(count, 64);
  for (let i = 0; i < distinct; i++) {
    const signer = createFastSigner(random.bytes(32));
    const message = random.bytes(32);
    const at = i * SIGNATURE_JOB_BYTES;
    data.set(signer.key, at);
    data.set(signer.sign(message), at + 32);
    data.set(message, at + 96);
  }
  for (let i = distinct; i < count; i++) {
    const from = (i % distinct) * SIGNATURE_JOB_BYTES;
    data.copyWithin(i * SIGNATURE_JOB_BYTES, from, from + SIGNATURE_JOB_BYTES);
  }
}
