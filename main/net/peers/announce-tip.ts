import type { Clock, Timer } from '../../lib/clock.ts';
import { createBucket } from '../protocol/bucket.ts';

/**
 * Sends our tip to peers. It is sent shortly after the announcement of the block, which contains more; only for the
 * last block of a burst; and within the budgets that peers grant.
 */
export interface TipAnnouncer {
  /**
   * The tip changed. `isNew`: whether the block is new to peers. If this node is only catching up, the message may wait
   * longer.
   */
  moved(isNew: boolean): void;
  stop(): void;
}

const ANNOUNCEMENTS = { burst: 30, perSecond: 1 };
const PAUSE_MS = { new: 500, catchingUp: 1000 };

export function createTipAnnouncer(deps: {
  readonly announce: () => void;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
}): TipAnnouncer {
  const { clock } = deps;
  const budget = createBucket(ANNOUNCEMENTS.burst, ANNOUNCEMENTS.perSecond, clock.monotonic);
  let later: Timer | undefined;

  function late(): void {
    later = undefined;
    budget.take(1);
    deps.announce();
  }

  return {
    moved(isNew) {
      const pause = isNew ? PAUSE_MS.new : PAUSE_MS.catchingUp;
      later ??= clock.after(Math.max(pause, budget.waitFor(1)), late);
    },
    stop: () => later?.cancel(),
  };
}
