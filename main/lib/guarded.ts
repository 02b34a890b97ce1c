import { isBug, publishBug } from './bugs.ts';
import type { Log } from './log.ts';

/**
 * Wraps a listener or timer, so that its failure does not stop the node. An exception is a bug and is logged as one.
 * For callers that do not catch errors: timers, and events of libraries.
 */
export function guarded<Args extends readonly unknown[]>(
  log: Log,
  what: string,
  work: (...args: Args) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      work(...args);
    } catch (error) {
      if (isBug(error)) publishBug({ where: what, error });
      log.error('a listener or timer failed; the node continues', {
        what,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
}
