import { problemOf, type Problem } from './problem.ts';

/** Something that a person asked for by a button: under way, or what went wrong with it last. */
export interface Action {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Runs the work unless it is under way already; true when it was done. */
  run(work: () => Promise<unknown>): Promise<boolean>;
}

export function createAction(): Action {
  let busy = $state(false);
  let problem = $state.raw<Problem | null>(null);
  return {
    get busy() {
      return busy;
    },
    get problem() {
      return problem;
    },
    run: async (work) => {
      if (busy) return false;
      busy = true;
      problem = null;
      try {
        await work();
        return true;
      } catch (error) {
        problem = problemOf(error);
        return false;
      } finally {
        busy = false;
      }
    },
  };
}
