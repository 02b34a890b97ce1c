import { createBucket } from '../protocol/bucket.ts';

/**
 * Tells peers our tip: a moment after the announcement of the block, which is better news, and in a burst of blocks only
 * the last, within what their budgets allow.
 */
export interface TipAnnouncer {
  /** `isNew`: others don't know it yet; while we only catch up, it may wait. */
  moved(isNew: boolean): void;
  stop(): void;
}

const TELL = { burst: 30, perSecond: 1 };
const PAUSE_MS = { new: 500, catchingUp: 1000 };

export function createTipAnnouncer(tell: () => void): TipAnnouncer {
  const budget = createBucket(TELL.burst, TELL.perSecond);
  let later: NodeJS.Timeout | undefined;

  function late(): void {
    later = undefined;
    budget.take(1);
    tell();
  }

  return {
    moved(isNew) {
      const pause = isNew ? PAUSE_MS.new : PAUSE_MS.catchingUp;
      later ??= setTimeout(late, Math.max(pause, budget.waitFor(1)));
    },
    stop: () => clearTimeout(later),
  };
}
