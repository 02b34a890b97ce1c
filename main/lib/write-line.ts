import type { KithError } from './errors.ts';

/**
 * Runs the writes of one LevelDB one after the other, because the order of concurrent writes would depend on their
 * threads. After a failed write nothing more is written: the partial record would become a gap in the log instead of
 * its end, and LevelDB silently drops records after a gap.
 */
export interface WriteLine {
  /** @throws the result of `asFailure` for the first failed write, and again for every later write */
  write(work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing is being written; never rejects. */
  idle(): Promise<void>;
}

/** `asFailure` is called once, with the error of the first failed write. */
export function createWriteLine(asFailure: (error: unknown) => KithError): WriteLine {
  let tail: Promise<void> = Promise.resolve();
  let failure: KithError | null = null;
  return {
    write(work) {
      const result = tail.then(async () => {
        if (failure) throw failure;
        await work().catch((error: unknown) => {
          throw (failure = asFailure(error));
        });
      });
      tail = result.catch(() => undefined);
      return result;
    },
    idle: () => tail,
  };
}
