import type { Clock, Timer } from '../../lib/clock.ts';

/**
 * Blocks whose compact form is awaited or being reconstructed. The full block is not requested meanwhile. A block is
 * first awaited, unless its compact form was pushed without a request. It stays expected until it was delivered or
 * given up.
 */
export interface ExpectedBlocks {
  /** Starts to wait for the compact form. If it does not arrive within `ms`, `late` is called once. */
  await(id: string, ms: number, late: () => void): void;
  isAwaited(id: string): boolean;
  /** The compact form arrived, or will not arrive. The block stays expected. False if it was not awaited. */
  endAwaited(id: string): boolean;
  /** Resolves when the compact form is no longer awaited, after `ms` at the latest. */
  whileAwaited(id: string, ms: number): Promise<void>;
  /** Marks the block as being reconstructed. */
  add(id: string): void;
  has(id: string): boolean;
  /** The block was delivered or given up. */
  end(id: string): void;
  readonly size: number;
  /** Stops all waits. */
  stop(): void;
}

interface Awaited {
  readonly late: Timer;
  /** Aborts when the block is no longer awaited. */
  readonly ended: AbortController;
}

export function createExpectedBlocks(clock: Pick<Clock, 'after' | 'sleep'>): ExpectedBlocks {
  const expected = new Set<string>();
  const awaited = new Map<string, Awaited>();

  function endAwaited(id: string): boolean {
    const entry = awaited.get(id);
    if (entry === undefined) return false;
    entry.late.cancel();
    awaited.delete(id);
    entry.ended.abort();
    return true;
  }

  return {
    await(id, ms, late) {
      expected.add(id);
      awaited.set(id, { late: clock.after(ms, late), ended: new AbortController() });
    },
    isAwaited: (id) => awaited.has(id),
    endAwaited,
    async whileAwaited(id, ms) {
      const entry = awaited.get(id);
      if (entry !== undefined) await clock.sleep(ms, entry.ended.signal);
    },
    add: (id) => void expected.add(id),
    has: (id) => expected.has(id),
    end(id) {
      endAwaited(id);
      expected.delete(id);
    },
    get size() {
      return expected.size;
    },
    stop() {
      for (const id of [...awaited.keys()]) endAwaited(id);
    },
  };
}
