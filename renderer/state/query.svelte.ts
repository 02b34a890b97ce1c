import { useApp } from './app.svelte.ts';
import { track } from './track.ts';
import { problemOf, type Problem } from './problem.ts';

/** What a screen asked the node for, once or again. The last good answer stays while a newer one is on its way. */
export interface Query<T> {
  readonly data: T | undefined;
  readonly problem: Problem | null;
  readonly loading: boolean;
  refresh(): void;
}

/**
 * Runs `ask` now and again whenever a rune that it reads before its first await changes. Call inside a component.
 * An answer that was overtaken by a newer question is thrown away.
 */
export function createQuery<T>(ask: (signal: AbortSignal) => Promise<T>): Query<T> {
  let data = $state.raw<T | undefined>(undefined);
  let problem = $state.raw<Problem | null>(null);
  let loading = $state(true);
  let round = $state(0);
  // What was asked over a carrier that is gone is asked again over the next one.
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
