import type { Hash } from '../core/crypto/hash.ts';
import { isViolation } from '../core/violation.ts';
import { decodeTransaction } from '../core/primitives/transaction.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Admission } from './admission.ts';
import type { BlockRates } from './block-rates.ts';
import { readPoolFile, type SavedPool, type SavedTransaction, writePoolFile } from './mempool-file.ts';

/** Saves the pool to a file and reads it after a restart. */
export interface Persistence {
  /** Reads the file and submits each transaction like a new one; resolves when all were added or refused. */
  load(signal: AbortSignal): Promise<void>;
  /** Saves every few minutes until the signal aborts. */
  saveRegularly(signal: AbortSignal): Promise<void>;
  /** Saves now. A failure is only logged, because peers have these transactions too. */
  save(): Promise<void>;
}

export interface PersistenceDeps {
  readonly file: string;
  readonly networkId: Hash;
  /** All entries, parents before children, and the observed blocks. */
  readonly snapshot: () => SavedPool;
  readonly admission: Pick<Admission, 'admit'>;
  readonly rates: Pick<BlockRates, 'restore'>;
  readonly clock: Clock;
  readonly log: Log;
}

const SAVE_EVERY_MS = 5 * 60_000;
// Number of transactions submitted in one batch: enough for a full batch of signatures, and few enough that a new
// payment does not wait for the whole file.
const BATCH_SIZE = 128;

export function createPersistence(deps: PersistenceDeps): Persistence {
  const { file, networkId, snapshot, admission, rates, clock, log } = deps;
  let loaded = false;

  const submit = async ({ time, bytes }: SavedTransaction): Promise<boolean> => {
    const tx = decodeTransaction(new Uint8Array(bytes));
    try {
      return !isViolation(tx) && (await admission.admit({ tx, origin: 'file', time })) === null;
    } catch (error) {
      // The crash of a verify worker is no evidence about the validity of the transaction.
      log.warn('a saved payment could not be checked', { reason: messageOf(error) });
      return false;
    }
  };

  const submitAll = async (
    transactions: readonly SavedTransaction[],
    signal: AbortSignal,
  ): Promise<number> => {
    let kept = 0;
    for (let at = 0; at < transactions.length && !signal.aborted; at += BATCH_SIZE) {
      kept += await submitSome(transactions.slice(at, at + BATCH_SIZE));
    }
    return kept;
  };

  const submitSome = async (some: readonly SavedTransaction[]): Promise<number> => {
    const results = await Promise.all(some.map(submit));
    // A child may have been checked before its parent was added. Such children are submitted again, one by one.
    let kept = 0;
    for (const [i, inside] of results.entries()) if (inside || (await submit(some[i]!))) kept++;
    return kept;
  };

  const write = async (): Promise<void> => {
    try {
      await writePoolFile(file, networkId, clock.now(), snapshot());
    } catch (error) {
      log.warn('the mempool could not be saved; it will be fetched from peers after a restart', {
        file,
        reason: messageOf(error),
      });
    }
  };

  // One save at a time, because all use the same temporary file.
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    // A save before the whole file was read would lose the part that was not read yet.
    if (loaded) saving = saving.then(write);
    return saving;
  };

  return {
    async load(signal) {
      const saved = await readPoolFile(file, networkId);
      if (saved !== null && 'problem' in saved) {
        log.warn(`the saved mempool is ignored: ${saved.problem}`, { file });
      } else if (saved !== null) {
        const { transactions, blocks } = saved;
        rates.restore(blocks);
        const kept = await submitAll(transactions, signal);
        log.info('read the saved mempool', { transactions: transactions.length, kept });
      }
      loaded = !signal.aborted;
    },
    async saveRegularly(signal) {
      for (;;) {
        await clock.sleep(SAVE_EVERY_MS, signal);
        if (signal.aborted) return;
        await save();
      }
    },
    save,
  };
}
