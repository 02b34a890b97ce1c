import { createBucket } from '../protocol/bucket.ts';

/**
 * Sends our tip to peers: shortly after the announcement of the block, which contains more, only for the last block
 * of a burst, and within the budgets that peers grant.
 */
export interface TipAnnouncer {
  /** `isNew`: peers do not know the block yet. While this node only catches up, the message may wait. */
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
