import type { Clock } from './clock.ts';
import type { Log, LogData } from './log.ts';

/** Logs events that peers can cause without limit; see `createCounted`. */
export type Counted = (message: string, data?: LogData) => void;

export interface CountedDeps {
  readonly log: Log;
  readonly level: 'info' | 'warn' | 'debug';
  /** The minimum time between two lines, in milliseconds. */
  readonly everyMs: number;
  readonly clock: Pick<Clock, 'after'>;
}

/** Maximum number of distinct kinds; further ones are counted together per message. */
const MAX_KINDS = 64;

/**
 * Writes the first event of a kind (its message and data) immediately. Further ones are counted for `everyMs` and
 * then written as one line with `times`. So a peer that causes many events neither fills the disk nor displaces other
 * lines from the log.
 */
export function createCounted({ log, level, everyMs, clock }: CountedDeps): Counted {
  const counts = new Map<string, number>();

  function write(kind: string, message: string, data: LogData | undefined): void {
    log[level](message, data);
    counts.set(kind, 0);
    clock.after(everyMs, () => {
      const times = counts.get(kind)!;
      counts.delete(kind);
      if (times > 0) write(kind, message, { ...data, times });
    });
  }

  return (message, data) => {
    const name = JSON.stringify([message, data]);
    const hasOwnCounter = counts.has(name) || counts.size < MAX_KINDS;
    // The text of a message is a constant of the program, so there are only few different ones.
    const kind = hasOwnCounter ? name : message;
    const times = counts.get(kind);
    if (times === undefined) write(kind, message, hasOwnCounter ? data : undefined);
    else counts.set(kind, times + 1);
  };
}
