/**
 * Subscriptions. oRPC sends whatever a generator yields without waiting for the reader, so everything is held back
 * here: state is coalesced to its latest value, events wait in a bounded queue.
 */
import { sleep } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Off } from './facade.ts';

export interface Reader {
  readonly signal: AbortSignal | undefined;
  congested(): boolean;
}

export interface StateSource<T> {
  read(): T | Promise<T>;
  /** Calls `wake` after each change, as often as it likes. */
  subscribe(wake: () => void): Off;
  /** Two values are at least this far apart. */
  readonly intervalMs: number;
  /** Looks again after this long even if nothing called, for what changes by itself. */
  readonly pollMs: number;
}

const CONGESTION_POLL_MS = 50;
/** Steps of the chain that may wait for a slow reader: ten minutes of fast syncing, 2 MB. */
const MAX_WAITING = 20_000;

/** The state at once, and then its latest value whenever it is another than the last one sent. */
export async function* latest<T>(source: StateSource<T>, reader: Reader): AsyncGenerator<T, void> {
  const bell = createBell(reader.signal);
  const off = source.subscribe(bell.ring);
  let sent: string | undefined;
  try {
    while (!bell.aborted()) {
      bell.hush();
      const value = await source.read();
      const text = JSON.stringify(value);
      if (text !== sent) {
        sent = text;
        yield value;
      }
      await sleep(source.intervalMs, reader.signal);
      await relief(reader);
      await bell.wait(source.pollMs);
    }
  } finally {
    off();
    bell.close();
  }
}

/** Every event in order. A reader too slow for them gets `api-slow-reader` rather than a gap. */
export async function* inOrder<T>(
  subscribe: (push: (event: T) => void) => Off,
  reader: Reader,
): AsyncGenerator<T, void> {
  const bell = createBell(reader.signal);
  let waiting: T[] = [];
  let overrun = false;
  const off = subscribe((event) => {
    if (waiting.length < MAX_WAITING) waiting.push(event);
    else overrun = true;
    bell.ring();
  });
  try {
    while (!bell.aborted()) {
      if (overrun) throw new KithError('api-slow-reader', 'events came faster than they were read');
      bell.hush();
      const events = waiting;
      waiting = [];
      for (const event of events) {
        await relief(reader);
        yield event;
      }
      if (waiting.length === 0) await bell.wait();
    }
  } finally {
    off();
    bell.close();
  }
}

async function relief(reader: Reader): Promise<void> {
  while (reader.congested() && !reader.signal?.aborted) await sleep(CONGESTION_POLL_MS, reader.signal);
}

interface Bell {
  /** Wakes the one that waits, now or at its next wait. */
  readonly ring: () => void;
  /** Forgets rings that came before. */
  hush(): void;
  wait(ms?: number): Promise<void>;
  aborted(): boolean;
  close(): void;
}

function createBell(signal: AbortSignal | undefined): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  signal?.addEventListener('abort', ring, { once: true });
  return {
    ring,
    hush: () => (rung = false),
    aborted: () => signal?.aborted === true,
    wait: (ms) =>
      new Promise((resolve) => {
        if (rung) return resolve();
        const timer = ms === undefined ? undefined : setTimeout(ring, ms).unref();
        wake = () => {
          clearTimeout(timer);
          wake = undefined;
          resolve();
        };
      }),
    close: () => signal?.removeEventListener('abort', ring),
  };
}
