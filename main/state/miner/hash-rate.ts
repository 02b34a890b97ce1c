/** Counts hashes over the last seconds. */
export interface HashRate {
  add(hashes: number): void;
  perSecond(): number;
  reset(): void;
}

const WINDOW_MS = 10_000;

export function createHashRate(ms: () => number): HashRate {
  let counts: { at: number; hashes: number }[] = [];
  let began = ms();
  return {
    add(hashes) {
      const now = ms();
      counts.push({ at: now, hashes });
      while (counts.length > 0 && counts[0]!.at < now - WINDOW_MS) counts.shift();
    },
    perSecond() {
      const now = ms();
      const recent = counts.filter(({ at }) => at >= now - WINDOW_MS);
      const seconds = Math.min(WINDOW_MS, now - began) / 1000;
      return seconds < 0.1 ? 0 : recent.reduce((sum, { hashes }) => sum + hashes, 0) / seconds;
    },
    reset() {
      counts = [];
      began = ms();
    },
  };
}
