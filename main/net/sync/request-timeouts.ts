/** How long the block that all others wait for may take: doubled when that was too short, shortened by every success. */
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
      // On a slow line every peer is slow: without growing timeouts all of them would be thrown out in turn.
      ms = Math.min(MOST_MS, ms * 2);
    },
    succeeded() {
      ms = Math.max(LEAST_MS, ms * 0.85);
    },
  };
}
