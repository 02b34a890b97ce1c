/** Measures how fast a value grows, from samples. */
export interface Pace {
  /** Records the current value. A value lower than before restarts the measurement. */
  record(value: number): void;
  /** Restarts the measurement, because the value is not expected to grow now. */
  restart(): void;
  /** Growth per second. Null until there are enough samples, 0 when the value does not grow. */
  perSecond(): number | null;
  /** Milliseconds since the last growth. */
  stillMs(): number;
}

const WINDOW_MS = 20_000;
const MIN_WINDOW_MS = 3000;

export function createPace(ms: () => number): Pace {
  let looks: { readonly at: number; readonly value: number }[] = [];
  let grewAt = ms();

  return {
    record(value) {
      const last = looks.at(-1);
      if (last === undefined || value < last.value) looks = [];
      if (last?.value !== value) grewAt = ms();
      looks.push({ at: ms(), value });
      // The oldest sample that is kept is the last one before the window, so that growth is measured over the whole
      // window.
      while (looks.length > 2 && looks[1]!.at <= ms() - WINDOW_MS) looks.shift();
    },
    restart() {
      looks = [];
      grewAt = ms();
    },
    perSecond() {
      const [first] = looks;
      const last = looks.at(-1);
      if (first === undefined || last === undefined || last.at - first.at < MIN_WINDOW_MS) return null;
      return (last.value - first.value) / ((last.at - first.at) / 1000);
    },
    stillMs: () => ms() - grewAt,
  };
}
