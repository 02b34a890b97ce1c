/** The timeout for the next block in order. Doubled after a timeout, shortened after a success. */
export interface RequestTimeouts {
  ms(): number;
  stalled(): void;
  succeeded(): void;
}

const LEAST_MS = 2000;
const MOST_MS = 64_000;

export function createRequestTimeouts(): RequestTimeouts {
  let ms = LEAST_MS;
  return {
    ms: () => ms,
    stalled() {
      // On a slow connection every peer is slow. With a fixed timeout all of them would be disconnected in turn.
      ms = Math.min(MOST_MS, ms * 2);
    },
    succeeded() {
      ms = Math.max(LEAST_MS, ms * 0.85);
    },
  };
}
