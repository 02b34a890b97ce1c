import type { Emitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { ChainEvents } from './chain.ts';
import { writeRebuildMark } from './rebuild-mark.ts';

export interface ChainFailureDeps {
  /** The node's data directory. */
  readonly directory: string;
  readonly events: Pick<Emitter<ChainEvents>, 'emit'>;
  readonly log: Log;
  /** Called before the first report is emitted, and on each later report. */
  onStopped(): void;
}

/**
 * The disk failed or returned corrupt data, so the chain stops. Only the first failure is reported: it causes the rest.
 */
export interface ChainFailure {
  report(error: unknown): void;
  /** @throws the first reported error */
  throwIfStopped(): void;
  /** Runs work that uses the disk. An error that it throws stops the chain. */
  guard<T>(work: () => Promise<T>): Promise<T>;
}

export function createChainFailure({ directory, events, log, onStopped }: ChainFailureDeps): ChainFailure {
  let first: { readonly error: unknown } | null = null;
  const report = (error: unknown): void => {
    onStopped();
    if (first) return;
    first = { error };
    if (error instanceof CorruptError) writeRebuildMark(directory, error.message);
    log.error('the chain stopped after an error; no block is connected until the node is restarted', {
      error,
    });
    events.emit('failed', error);
  };
  return {
    report,
    throwIfStopped() {
      if (first) throw first.error;
    },
    async guard(work) {
      try {
        return await work();
      } catch (error) {
        report(error);
        throw error;
      }
    },
  };
}
