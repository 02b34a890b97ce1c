import { problemOf, type Problem } from './problem.ts';

/** An action that the user started with a button: whether it is running, and its last failure. */
export interface Action {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Runs the action, unless it is running already. True if it succeeded. */
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
