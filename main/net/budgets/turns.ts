import type { Clock } from '../../lib/clock.ts';

/**
 * Resolves when work with this declared cost in microseconds fits into a turn of the event loop; undefined if that is
 * now. Rank 0 goes first.
 */
export type Turns = (rank: number, micros: number) => Promise<void> | undefined;

interface Waiter {
  readonly micros: number;
  readonly go: () => void;
}

/**
 * Divides work among turns of the event loop. Work is charged to a turn before it begins: if the clock were checked
 * instead, all work that is granted at the same time would pass before any of it has taken time. Work that does not
 * fit waits
 * for the next turn, by rank and then by arrival. One piece of work always fits. On a computer too slow for the granted
 * budgets the queue grows, and work for new blocks must not wait for the rest of the queue.
 * @param ranks number of ranks
 * @param mostMicros largest sum of declared costs in one turn
 */
export function createTurns(ranks: number, mostMicros: number, clock: Pick<Clock, 'soon'>): Turns {
  const waiting = Array.from({ length: ranks }, (): Waiter[] => []);
  let used = 0;
  let ending = false;

  function endTurn(): void {
    if (ending) return;
    ending = true;
    void clock.soon().then(() => {
      ending = false;
      used = 0;
      for (const queue of waiting) {
        while (queue[0] !== undefined && fits(queue[0].micros)) {
          const { micros, go } = queue.shift()!;
          used += micros;
          go();
        }
        // The queue stops here, so that smaller work of a later rank does not overtake larger work that needs a whole
        // turn.
        if (queue.length > 0) break;
      }
      if (used > 0) endTurn();
    });
  }

  const fits = (micros: number): boolean => used === 0 || used + micros <= mostMicros;

  return (rank, micros) => {
    endTurn();
    if (waiting.every((queue) => queue.length === 0) && fits(micros)) {
      used += micros;
      return undefined;
    }
    return new Promise((go) => waiting[rank]!.push({ micros, go }));
  };
}
