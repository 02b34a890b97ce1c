/** Waits until work of so many microseconds, by its declared cost, fits into a turn of the event loop. */
export type Turns = (micros: number) => Promise<void> | undefined;

/**
 * Answers are charged to a turn before the work begins: looking at the clock would let all that is granted at once pass
 * before any of it has taken time. What doesn't fit waits for the next turn, in order; one piece of work always fits.
 * @param mostMicros declared cost of the work of one turn.
 */
export function createTurns(mostMicros: number): Turns {
  const waiting: { readonly micros: number; readonly go: () => void }[] = [];
  let used = 0;
  let ending = false;

  function endTurn(): void {
    if (ending) return;
    ending = true;
    setImmediate(() => {
      ending = false;
      used = 0;
      while (waiting[0] !== undefined && fits(waiting[0].micros)) {
        const { micros, go } = waiting.shift()!;
        used += micros;
        go();
      }
      if (used > 0) endTurn();
    });
  }

  const fits = (micros: number): boolean => used === 0 || used + micros <= mostMicros;

  return (micros) => {
    endTurn();
    if (waiting.length === 0 && fits(micros)) {
      used += micros;
      return undefined;
    }
    return new Promise((go) => waiting.push({ micros, go }));
  };
}
