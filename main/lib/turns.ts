/** Gives others their turn when this one has lasted too long; costs nothing while work comes piece by piece. */
export type Breathe = () => Promise<void> | void;

/**
 * For work that somebody else feeds without a pause, such as messages out of one packet. Awaited between the pieces, it
 * keeps a turn of the event loop near `mostMs`.
 */
export function createBreathe(mostMs: number): Breathe {
  let began: number | null = null;
  return () => {
    if (began === null) {
      began = performance.now();
      setImmediate(() => (began = null));
      return undefined;
    }
    if (performance.now() - began < mostMs) return undefined;
    return new Promise((resolve) => setImmediate(resolve));
  };
}
