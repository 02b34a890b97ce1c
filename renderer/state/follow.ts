import { backoff, pause } from './backoff.ts';
import type { Connection } from './connection.svelte.ts';

type Followed = Pick<Connection, 'whenOpen'> & Partial<Pick<Connection, 'over'>>;

/** Opens one subscription of the contract. */
export type Subscribe<T> = (signal: AbortSignal) => Promise<AsyncIterable<T>>;

/**
 * Follows a subscription, and opens it again whenever it ends (after a lost connection, a restart of the node or an
 * error), until the connection is over. Returns a function that stops it.
 */
export function follow<T>(
  connection: Followed,
  subscribe: Subscribe<T>,
  take: (event: T) => void,
): () => void {
  const stop = new AbortController();
  const { over } = connection;
  const end = (): void => {
    over?.removeEventListener('abort', end);
    stop.abort();
  };
  over?.addEventListener('abort', end);
  if (over?.aborted === true) end();
  void run(connection, subscribe, take, stop.signal);
  return end;
}

async function run<T>(
  connection: Followed,
  subscribe: Subscribe<T>,
  take: (event: T) => void,
  signal: AbortSignal,
): Promise<void> {
  const stopped = (): boolean => signal.aborted;
  for (let attempt = 0; !stopped(); attempt += 1) {
    await connection.whenOpen(signal);
    if (stopped()) return;
    try {
      for await (const event of await subscribe(signal)) {
        if (stopped()) return;
        attempt = 0;
        take(event);
      }
    } catch {
      // The frame of the page shows an unreachable node; a single stream that ended is opened again.
    }
    await pause(backoff(attempt), signal);
  }
}
