/** One node after another: a run is a network from its opening until its node has stopped. */
import type { Notice } from '../../shared/contract/fields.ts';
import { keepRunning } from '../cli/keep-running.ts';
import { faultFrom } from '../cli/report.ts';
import type { Network } from '../core/params/network.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { ResolvedOptions } from '../node/resolve-options.ts';
import type { RunDeps, RunningNode } from '../node/run-node.ts';

/** What is to be opened. */
export interface Target {
  readonly network: Network;
  readonly demo: boolean;
  /** Called when the node may start: the last one has stopped. */
  resolve(): Promise<ResolvedOptions> | ResolvedOptions;
  /** Called after each start of its node. */
  started(running: RunningNode): void;
  /** Called once the node has stopped, or did not start. */
  stopped(): void;
}

/** A target that is starting or running. */
export interface Run {
  readonly target: Target;
  /** Null while the node starts. */
  readonly running: RunningNode | null;
}

export interface RunsDeps {
  readonly runNode: (
    options: ResolvedOptions,
    deps: Pick<RunDeps, 'ended' | 'signal' | 'onFailure'>,
  ) => Promise<RunningNode>;
  /** Called after each change. */
  readonly changed: () => void;
  readonly clock: Pick<Clock, 'monotonic'>;
}

export interface Runs {
  current(): Run | null;
  /** Why none is running, or why the current one has a problem; null if nothing failed. */
  failure(): Notice | null;
  /** How many there were so far. */
  count(): number;
  /** Stops the current run, then starts this one. Resolves when it runs, rejects if it does not start. */
  begin(target: Target): Promise<void>;
  /** Shows a failure that ended no run. */
  reportFailure(error: unknown): void;
  /** Ends the current run. Nothing can begin afterwards. */
  stop(): Promise<void>;
}

interface OwnRun extends Run {
  readonly life: AbortController;
  running: RunningNode | null;
  /** Resolves when the node has stopped. */
  over: Promise<void>;
}

export function createRuns(deps: RunsDeps): Runs {
  let current: OwnRun | null = null;
  let failure: Notice | null = null;
  let count = 0;
  let closed = false;

  async function live(
    run: OwnRun,
    before: Promise<void> | undefined,
    started: PromiseWithResolvers<null>,
  ): Promise<void> {
    // There may be no caller that waits for a run which is stopped immediately.
    started.promise.catch(() => undefined);
    await before;
    const problem = await runTarget(run, deps, () => started.resolve(null)).catch((error: unknown) => error);
    run.running = null;
    run.target.stopped();
    if (current === run) {
      current = null;
      failure = problem === undefined ? null : noticeOf(problem);
      deps.changed();
    }
    started.reject(problem ?? new KithError('network-not-open'));
  }

  return {
    current: () => current,
    failure: () => failure,
    count: () => count,
    async begin(target) {
      if (closed) throw new KithError('queue-closed');
      const before = current;
      const started = Promise.withResolvers<null>();
      const run: OwnRun = { target, life: new AbortController(), running: null, over: Promise.resolve() };
      current = run;
      count++;
      failure = null;
      before?.life.abort();
      run.over = live(run, before?.over, started);
      deps.changed();
      await started.promise;
    },
    reportFailure(error) {
      failure = noticeOf(error);
      deps.changed();
    },
    async stop() {
      closed = true;
      current?.life.abort();
      await current?.over;
    },
  };
}

/**
 * Runs the node until the run ends. Resolves with the reason of a failure, or undefined if the run was ended on
 * request.
 */
async function runTarget(run: OwnRun, deps: RunsDeps, started: () => void): Promise<unknown> {
  const { target, life } = run;
  let ended = new AbortController();
  // Clients of this node stay connected; only their subscriptions end.
  const closeStreams = (): void => ended.abort(new KithError('network-not-open'));
  if (life.signal.aborted) return undefined;
  const options = await target.resolve();
  const { running, failure } = await keepRunning({
    signal: life.signal,
    now: () => deps.clock.monotonic(),
    start(signal, onFailure) {
      closeStreams();
      ended = new AbortController();
      run.running = null;
      deps.changed();
      return deps.runNode(options, { ended: ended.signal, signal, onFailure });
    },
    started(node) {
      run.running = node;
      target.started(node);
      deps.changed();
      started();
    },
  });
  closeStreams();
  run.running = null;
  if (failure !== undefined) running?.log.error('the node stops because it failed', { error: failure });
  // Without a limit: the next node must not run beside this one. The end of the program has a limit of its own.
  await running?.stop();
  return failure;
}

function noticeOf(error: unknown): Notice {
  const { code, message } = faultFrom(error);
  return { code, message };
}
