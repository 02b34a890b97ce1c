/** How fast a figure grows, from looks at it now and then. */
export interface Pace {
  /** Notes the figure as of now. One that is smaller than before begins anew. */
  look(value: number): void;
  /** Nothing is expected to grow now. */
  restart(): void;
  /** Growth a second; null until there is enough to say something honest, 0 when it stands still. */
  perSecond(): number | null;
  /** Milliseconds since it last grew. */
  stillMs(): number;
}

const WINDOW_MS = 20_000;
const LEAST_MS = 3000;

export function createPace(ms: () => number): Pace {
  let looks: { readonly at: number; readonly value: number }[] = [];
  let grewAt = ms();

  return {
    look(value) {
      const last = looks.at(-1);
      if (last === undefined || value < last.value) looks = [];
      if (last?.value !== value) grewAt = ms();
      looks.push({ at: ms(), value });
      // The oldest that is kept is the last one before the window: growth is measured over all of it.
      while (looks.length > 2 && looks[1]!.at <= ms() - WINDOW_MS) looks.shift();
    },
    restart() {
      looks = [];
      grewAt = ms();
    },
    perSecond() {
      const [first] = looks;
      const last = looks.at(-1);
      if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null;
      return (last.value - first.value) / ((last.at - first.at) / 1000);
    },
    stillMs: () => ms() - grewAt,
  };
}
