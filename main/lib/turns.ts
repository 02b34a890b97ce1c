import type { Clock } from './clock.ts';

/**
 * Waits for the next turn of the event loop when the current turn has lasted too long. Costs nothing while work arrives
 * slowly.
 */
export type Breathe = () => Promise<void> | void;

/**
 * For work that arrives without a pause, such as the messages of one packet. Awaited between the pieces, it limits a
 * turn of the event loop to about `mostMs`, however many pieces wait. They continue in their order, as many per turn as
 * the time allows.
 */
export function createBreathe(clock: Pick<Clock, 'monotonic' | 'soon'>, mostMs: number): Breathe {
  const waiting: (() => void)[] = [];
  let began: number | null = null;
  let releasing = false;

  const hasTime = (): boolean => {
    if (began !== null) return clock.monotonic() - began < mostMs;
    began = clock.monotonic();
    void clock.soon().then(() => (began = null));
    return true;
  };

  const release = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (hasTime()) {
        waiting.shift()!();
        // The waiting piece continues before the time is checked again.
        await Promise.resolve();
      } else await clock.soon();
    }
    releasing = false;
  };

  return () => {
    if (waiting.length === 0 && hasTime()) return undefined;
    return new Promise((resolve) => {
      waiting.push(resolve);
      if (releasing) return;
      releasing = true;
      void release();
    });
  };
}

/** Number of items between two looks at the time. */
const ITEMS_PER_LOOK = 2_000;

/** The items that pass, in their order. Other work gets its turn in between. */
export async function filterInTurns<T>(
  items: readonly T[],
  passes: (item: T) => boolean,
  breathe: Breathe,
): Promise<T[]> {
  const passed: T[] = [];
  for (let i = 0; i < items.length; i++) {
    if (passes(items[i]!)) passed.push(items[i]!);
    if (i % ITEMS_PER_LOOK === ITEMS_PER_LOOK - 1) await breathe();
  }
  return passed;
}
