/** Waits until work of so many microseconds, by its declared cost, fits into a turn of the event loop; rank 0 goes first. */
export type Turns = (rank: number, micros: number) => Promise<void> | undefined;

interface Waiter {
  readonly micros: number;
  readonly go: () => void;
}

/**
 * Answers are charged to a turn before the work begins: looking at the clock would let all that is granted at once pass
 * before any of it has taken time. What doesn't fit waits for the next turn, in the order of ranks and then of arrival;
 * one piece of work always fits. On a computer too slow for what the budgets grant, the queue grows, and what a new
 * block needs must not wait for the rest of it.
 * @param ranks how many there are.
 * @param mostMicros declared cost of the work of one turn.
 */
export function createTurns(ranks: number, mostMicros: number): Turns {
  const waiting = Array.from({ length: ranks }, (): Waiter[] => []);
  let used = 0;
  let ending = false;

  function endTurn(): void {
    if (ending) return;
    ending = true;
    setImmediate(() => {
      ending = false;
      used = 0;
      for (const queue of waiting) {
        while (queue[0] !== undefined && fits(queue[0].micros)) {
          const { micros, go } = queue.shift()!;
          used += micros;
          go();
        }
        // Smaller work of a later rank must not pass what waits here for a turn with more room.
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
