import type { KithError } from './errors.ts';

/**
 * Lets the writes of one LevelDB happen one after the other: two at once would land in whatever order their threads come
 * to it. Nothing is written after one that failed, since what it left half written in the log would then be a hole in it
 * and not its end, and LevelDB drops what stands beside a hole without a word.
 */
export interface WriteLine {
  /** @throws what `asFailure` made of the first failed write, then and ever after */
  write(work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing is being written; never rejects. */
  idle(): Promise<void>;
}

/** `asFailure` is called once, with what the first failed write threw. */
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
