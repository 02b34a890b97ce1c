/** Blocks and bytes per second over the last seconds. */
export interface Rate {
  add(bytes: number): void;
  /** Null until there are enough samples. */
  now(): { readonly blocksPerSecond: number; readonly bytesPerSecond: number } | null;
  reset(): void;
}

const WINDOW_S = 20;
const MIN_WINDOW_S = 2;

/** Counts in buckets of one second, so that the cost does not depend on the rate. */
export function createRate(ms: () => number): Rate {
  let buckets: { second: number; blocks: number; bytes: number }[] = [];
  let began = 0;

  const trim = (second: number) => {
    while (buckets[0] !== undefined && buckets[0].second <= second - WINDOW_S) buckets.shift();
  };

  return {
    add(bytes) {
      const second = Math.floor(ms() / 1000);
      trim(second);
      let last = buckets.at(-1);
      if (last === undefined) began = ms();
      if (last?.second !== second) buckets.push((last = { second, blocks: 0, bytes: 0 }));
      last.blocks++;
      last.bytes += bytes;
    },
    now() {
      const at = ms();
      trim(Math.floor(at / 1000));
      const seconds = Math.min(WINDOW_S, (at - began) / 1000);
      if (buckets.length === 0 || seconds < MIN_WINDOW_S) return null;
      const blocks = buckets.reduce((sum, bucket) => sum + bucket.blocks, 0);
      const bytes = buckets.reduce((sum, bucket) => sum + bucket.bytes, 0);
      return { blocksPerSecond: blocks / seconds, bytesPerSecond: bytes / seconds };
    },
    reset() {
      buckets = [];
    },
  };
}
