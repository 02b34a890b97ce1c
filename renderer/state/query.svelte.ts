import { useApp } from './app.svelte.ts';
import { track } from './track.ts';
import { problemOf, type Problem } from './problem.ts';

/** Data that a screen requests from the node, once or repeatedly. The last answer stays until a newer one arrives. */
export interface Query<T> {
  readonly data: T | undefined;
  readonly problem: Problem | null;
  readonly loading: boolean;
  refresh(): void;
}

/**
 * Runs `ask` now, and again whenever a rune changes that it reads before its first await. Must be called inside a
 * component. An answer to an earlier request is discarded.
 */
export function createQuery<T>(ask: (signal: AbortSignal) => Promise<T>): Query<T> {
  let data = $state.raw<T | undefined>(undefined);
  let problem = $state.raw<Problem | null>(null);
  let loading = $state(true);
  let round = $state(0);
  // Requests on a lost carrier are sent again on the next one.
  const { connection } = useApp();

  $effect(() => {
    track(round, connection.generation);
    const stop = new AbortController();
    loading = true;
    ask(stop.signal).then(
      (answer) => {
        if (stop.signal.aborted) return;
        data = answer;
        problem = null;
        loading = false;
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        problem = problemOf(error);
        loading = false;
      },
    );
    return () => stop.abort();
  });

  return {
    get data() {
      return data;
    },
    get problem() {
      return problem;
    },
    get loading() {
      return loading;
    },
    refresh: () => {
      round += 1;
    },
  };
}
