import { codeOf } from '../lib/errors.ts';
import { createRestartLimit } from '../lib/restart-limit.ts';
import type { RunningNode } from '../node/run-node.ts';
import { within } from './process-life.ts';

export interface KeepRunningDeps {
  /** Starts the node; `failed` is called when the node cannot continue. */
  start(signal: AbortSignal, failed: (error: unknown) => void): Promise<RunningNode>;
  /** After each start, also after those that follow a rebuild or a restart. */
  started(running: RunningNode): void;
  /** Aborts when the process is to end. */
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export interface Ended {
  /** The node, which the caller stops. Undefined if it never started. */
  readonly running: RunningNode | undefined;
  /** Undefined if the process received a signal to end. */
  readonly failure: unknown;
}

/** More rebuilds than this within the window mean that the disk is probably failing, which the node reports. */
const MAX_REBUILDS = 3;
const REBUILD_WINDOW_MS = 3_600_000;
const STOP_LIMIT_MS = 30_000;

/**
 * Runs the node until the process is to end or the node fails. A restart that a client requested (`node-restarts`) is not such
 * a failure, and neither is a corrupt chain database. LevelDB
 * cannot be replaced while other parts read it, so the node stops and starts again in this process, and the start
 * rebuilds the database (docs/storage.md).
 */
export async function keepRunning(deps: KeepRunningDeps): Promise<Ended> {
  const limit = createRestartLimit(MAX_REBUILDS, REBUILD_WINDOW_MS, deps.now);
  for (;;) {
    const ended = await runOnce(deps);
    const { running, failure } = ended;
    const code = codeOf(failure);
    if ((code !== 'storage-damaged' && code !== 'node-restarts') || deps.signal.aborted) return ended;
    if (code === 'node-restarts') running?.log.info('the node restarts because a client requested it');
    else if (!limit.allows()) return ended;
    else
      running?.log.warn('the chain database is corrupt: the node restarts and rebuilds it', {
        error: failure,
      });
    const stopped = await within(STOP_LIMIT_MS, running?.stop() ?? Promise.resolve()).catch(() => true);
    if (!stopped) return ended;
  }
}

async function runOnce(deps: KeepRunningDeps): Promise<Ended> {
  const over = new AbortController();
  const signal = AbortSignal.any([deps.signal, over.signal]);
  let running: RunningNode | undefined;
  let failure: unknown;
  try {
    running = await deps.start(signal, (error) => {
      failure ??= error;
      over.abort();
    });
    deps.started(running);
    await aborted(signal);
  } catch (error) {
    // The process received a signal to end during the start.
    if (running === undefined && deps.signal.aborted && failure === undefined)
      return { running, failure: undefined };
    failure ??= error;
  }
  return { running, failure };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
