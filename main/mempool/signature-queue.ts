import { SIGNATURE_JOB_BYTES, type SignatureBatch, type VerifyBatch } from '../core/ports.ts';

/** Checks the signatures of many transactions in few batches. */
export interface SignatureQueue {
  /** The index of the first invalid signature of this batch, or -1. Rejects when the verifier fails. */
  verify(batch: SignatureBatch): Promise<number>;
}

interface Waiting {
  readonly batch: SignatureBatch;
  readonly resolve: (bad: number) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_JOBS = 512;

/**
 * Collects the next batch while one is being checked. Under load hundreds of transactions share the cost of one call to
 * the workers; without load a transaction does not wait.
 */
export function createSignatureQueue(verifyBatch: VerifyBatch): SignatureQueue {
  let waiting: Waiting[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    // Transactions that arrive in the same turn of the event loop join the first batch.
    await Promise.resolve();
    while (waiting.length > 0) {
      const taken = takeUpTo(MAX_JOBS);
      try {
        await check(taken);
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    running = false;
  };

  const takeUpTo = (most: number): Waiting[] => {
    let jobs = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || jobs + waiting[count]!.batch.count <= most)) {
      jobs += waiting[count]!.batch.count;
      count++;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };

  const check = async (taken: readonly Waiting[]): Promise<void> => {
    const bad = await verifyBatch(joined(taken.map(({ batch }) => batch)));
    if (bad === -1 || taken.length === 1) {
      for (const { resolve } of taken) resolve(bad);
      return;
    }
    // The batches are checked one by one, so that one invalid signature costs each other transaction at most one more
    // check.
    for (const { batch, resolve } of taken) resolve(await verifyBatch(batch));
  };

  return {
    verify: (batch) =>
      batch.count === 0
        ? Promise.resolve(-1)
        : new Promise((resolve, reject) => {
            waiting.push({ batch, resolve, reject });
            if (!running) void run();
          }),
  };
}

function joined(batches: readonly SignatureBatch[]): SignatureBatch {
  if (batches.length === 1) return batches[0]!;
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const data = new Uint8Array(count * SIGNATURE_JOB_BYTES);
  let at = 0;
  for (const batch of batches) {
    data.set(batch.data, at);
    at += batch.data.length;
  }
  return { count, data };
}
