/** Syncs committed data to the disk: often while few blocks arrive, rarely during a sync. */
export interface Flusher {
  /** A batch was committed. `idle`: the chain is at its best known tip, so payments may depend on this block. */
  touched(idle: boolean): void;
  stop(): void;
}

const IDLE_MS = 200;
const BUSY_MS = 5000;

export function createFlusher(sync: () => Promise<void>, onError: (error: unknown) => void): Flusher {
  let timer: NodeJS.Timeout | null = null;
  let due = Infinity;

  const flush = () => {
    timer = null;
    due = Infinity;
    sync().catch(onError);
  };

  return {
    touched(idle) {
      const at = performance.now() + (idle ? IDLE_MS : BUSY_MS);
      if (at >= due) return;
      if (timer) clearTimeout(timer);
      due = at;
      timer = setTimeout(flush, at - performance.now());
      timer.unref();
    },
    stop() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
