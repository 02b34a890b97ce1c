/**
 * Subscriptions. oRPC sends every value that a generator yields without waiting for the reader, so values are held back
 * here. Of a state only the latest value is sent; events wait in a bounded queue.
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
  /** Calls `wake` after each change, possibly more often. */
  subscribe(wake: () => void): Off;
  /** Shortest time between two values. */
  readonly intervalMs: number;
  /** Reads again after this time without a call of `wake`, for values that change without an event. */
  readonly pollMs?: number;
}

const CONGESTION_POLL_MS = 50;
/** Maximum number of chain events that wait for a slow reader: ten minutes of fast sync, 2 MB. */
const MAX_WAITING = 20_000;

/** Emits the state immediately, and later its latest value whenever that differs from the last one sent. */
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

/** Emits every event in order. A reader that is too slow for them gets `api-slow-reader` instead of a gap. */
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

/** Emits the values of a source that makes them one after the other; the next one only once the reader is ready. */
export async function* inTurn<T>(source: AsyncGenerator<T, void>, reader: Reader): AsyncGenerator<T, void> {
  for await (const value of source) {
    if (reader.signal?.aborted) return;
    yield value;
    await relief(reader);
  }
}

/** Passes the stream on until it ends or the signal aborts; the reader then gets the reason. */
export async function* untilAborted(stream: AsyncGenerator, signal: AbortSignal): AsyncGenerator {
  let interrupt: (reason: unknown) => void = () => undefined;
  const onAbort = () => interrupt(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const next = () =>
    new Promise<IteratorResult<unknown>>((resolve, reject) => {
      interrupt = reject;
      if (signal.aborted) reject(signal.reason as Error);
      else stream.next().then(resolve, reject);
    });
  try {
    for (let step = await next(); step.done !== true; step = await next()) yield step.value;
  } finally {
    signal.removeEventListener('abort', onAbort);
    // The source is closed without waiting for it.
    stream.return(undefined).catch(() => undefined);
  }
}

async function relief(reader: Reader): Promise<void> {
  while (reader.congested() && !reader.signal?.aborted) await sleep(CONGESTION_POLL_MS, reader.signal);
}

interface Bell {
  /** Ends the current wait, or the next one if there is none. */
  readonly ring: () => void;
  /** Discards earlier calls of `ring`. */
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
