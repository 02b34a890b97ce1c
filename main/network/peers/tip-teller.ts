import { createBucket } from '../wire/bucket.ts';

/** Tells peers our tip at once, and in a burst of blocks only the last: within what their budgets allow. */
export interface TipTeller {
  /** `isNew`: others don't know it yet; while we only catch up, it may wait. */
  moved(isNew: boolean): void;
  stop(): void;
}

const TELL = { burst: 30, perSecond: 1 };
const CATCHING_UP_MS = 1000;

export function createTipTeller(tell: () => void): TipTeller {
  const budget = createBucket(TELL.burst, TELL.perSecond);
  let later: NodeJS.Timeout | undefined;

  function moved(isNew: boolean): void {
    if (isNew && budget.take(1)) {
      clearTimeout(later);
      later = undefined;
      tell();
    } else if (later === undefined) later = setTimeout(late, Math.max(CATCHING_UP_MS, budget.waitFor(1)));
  }

  function late(): void {
    later = undefined;
    budget.take(1);
    tell();
  }

  return { moved, stop: () => clearTimeout(later) };
}
