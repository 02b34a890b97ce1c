import type { Clock, Timer } from '../../lib/clock.ts';
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

export function createTipAnnouncer(deps: {
  readonly tell: () => void;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
}): TipAnnouncer {
  const { clock } = deps;
  const budget = createBucket(TELL.burst, TELL.perSecond, clock.monotonic);
  let later: Timer | undefined;

  function late(): void {
    later = undefined;
    budget.take(1);
    deps.tell();
  }

  return {
    moved(isNew) {
      const pause = isNew ? PAUSE_MS.new : PAUSE_MS.catchingUp;
      later ??= clock.after(Math.max(pause, budget.waitFor(1)), late);
    },
    stop: () => later?.cancel(),
  };
}
