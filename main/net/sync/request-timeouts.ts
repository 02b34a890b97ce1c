/** The timeout for the next block in order. Doubled after a timeout, shortened after a success. */
export interface RequestTimeouts {
  ms(): number;
  stalled(): void;
  succeeded(): void;
}

const MIN_TIMEOUT_MS = 2000;
const MAX_TIMEOUT_MS = 64_000;

export function createRequestTimeouts(): RequestTimeouts {
  let ms = MIN_TIMEOUT_MS;
  return {
    ms: () => ms,
    stalled() {
      // On a slow connection every peer is slow. With a fixed timeout all of them would be disconnected in turn.
      ms = Math.min(MAX_TIMEOUT_MS, ms * 2);
    },
    succeeded() {
      ms = Math.max(MIN_TIMEOUT_MS, ms * 0.85);
    },
  };
}
