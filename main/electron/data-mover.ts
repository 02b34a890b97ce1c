import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { BrowserWindow } from 'electron';
import type { DataPlace } from '../../shared/contract/desktop.ts';
import { faultFrom } from '../cli/report.ts';
import { systemClock } from '../lib/clock.ts';
import { answers, requireAnswer } from '../lib/answers.ts';
import { type OldCopy, readPlace, realOf } from '../lib/data-place.ts';
import { KithError } from '../lib/errors.ts';
import type { CopyProgress } from '../session/copy-data.ts';
import { listData } from '../session/data-files.ts';
import { type MoveDeps, moveData } from '../session/move-data.ts';
import { checkTarget, freeSpace, isLeft, type MoveTarget } from '../session/move-target.ts';
import { deleteOldCopy, forgetOldCopy, unusedDirectories, useOldCopy } from '../session/old-copy.ts';
import { findUsedRoot } from './data-root.ts';
import {
  askAboutMove,
  backQuestion,
  chooseFolder,
  deleteQuestion,
  forgetQuestion,
  moveQuestion,
  type Question,
  switchQuestion,
} from './move-questions.ts';
import { createQuestionLimit } from './question-limit.ts';

/** What the mover needs of the app. */
export interface MoverApp {
  readonly window: () => BrowserWindow | null;
  /** Resolves when no node uses the data any more. */
  readonly stopNode: () => Promise<void>;
  readonly startNode: (root: string) => void;
  readonly quit: () => void;
}

/**
 * Moves the data of this computer's networks. Only the user chooses the place, in dialogs of the system: no script of the page
 * can name a path, or confirm.
 */
export interface DataMover {
  /** At the start: removes what an interrupted move has left. Gives the data root; null if the user quits instead. */
  begin(app: MoverApp): Promise<string | null>;
  /** Null where the app was started for one network. */
  state(): Promise<DataPlace | null>;
  /** These resolve when the user has decided; the move itself continues. @throws {KithError} `move-…`, `networks-fixed` */
  move(): Promise<void>;
  useOld(): Promise<void>;
  deleteOld(): Promise<void>;
  cancel(): void;
  /** Cancels, and resolves when nothing is being moved. No node is started afterwards. */
  stop(): Promise<void>;
}

export interface DataMoverDeps {
  /** The root that a start finds by itself; it has the record of the place. */
  readonly home: string;
  /** The app was started for one network, so its data directory is an option. */
  readonly fixed: boolean;
  readonly onError: (error: unknown) => void;
}

export function createDataMover(deps: DataMoverDeps): DataMover {
  const { home, fixed, onError } = deps;
  let app: MoverApp | null = null;
  let asking = false;
  const measure = createMeasure();
  const moves = createMoves(deps, () => app!);
  const limit = createQuestionLimit();

  /** Runs `decide`, which is false if the user cancels, while no other move and no other dialog is open. */
  async function alone(decide: (window: BrowserWindow | null) => Promise<boolean>): Promise<void> {
    if (fixed) throw new KithError('networks-fixed');
    if (!limit.allows()) throw new KithError('questions-cancelled-often');
    if (asking || moves.isBusy() || app === null) throw new KithError('move-busy');
    asking = true;
    try {
      if (!(await decide(app.window()))) limit.add();
    } finally {
      asking = false;
    }
  }
  async function moveAfter(
    window: BrowserWindow | null,
    path: string,
    question: (target: MoveTarget) => Question,
  ): Promise<boolean> {
    await requireAnswer(path, answers);
    const target = await checkTarget(home, path, freeSpace);
    const agreed = await askAboutMove(window, question(target));
    if (agreed) moves.start(target.path, target.bytes, (deps) => moveData(home, target.path, deps));
    return agreed;
  }
  async function switchAfter(window: BrowserWindow | null, { path }: OldCopy): Promise<boolean> {
    const agreed = await askAboutMove(window, switchQuestion(path));
    if (agreed) moves.start(path, 0, () => useOldCopy(home, systemClock.now));
    return agreed;
  }
  function oldCopy(): OldCopy {
    const old = readPlace(home)?.old;
    if (old == null) throw new KithError('move-no-old');
    return old;
  }
  /**
   * One on a disk that is not there, and perhaps never again, must not prevent another move. The folder where it was mounted may
   * still exist. Nothing of a copy whose deletion has begun needs to be recognised.
   */
  const isThere = async ({ path, id, intact }: OldCopy): Promise<boolean> =>
    (await answers(path)) && existsSync(path) && (id === null || !intact || isLeft(path, id, home));

  return {
    async begin(theApp) {
      app = theApp;
      const root = await findUsedRoot(home, onError);
      return fixed && root !== null ? home : root;
    },
    async state() {
      if (fixed) return null;
      const place = readPlace(home);
      const { path, old } = place ?? { path: realOf(home), old: null };
      const left = old && { path: old.path, since: old.since, intact: old.intact, diverged: old.diverged };
      const unused = unusedDirectories(home, place).slice(0, MAX_UNUSED);
      return { path, bytes: await measure(path, moves.isBusy()), old: left, unused, ...moves.state() };
    },
    move: () =>
      alone(async (window) => {
        const chosen = await chooseFolder(window, 'Choose an empty folder for the data directory.');
        return chosen !== null && moveAfter(window, chosen, moveQuestion);
      }),
    useOld: () =>
      alone((window) => {
        const old = oldCopy();
        return old.diverged ? switchAfter(window, old) : moveAfter(window, old.path, backQuestion);
      }),
    deleteOld: () =>
      alone(async (window) => {
        const old = oldCopy();
        const there = await isThere(old);
        const agreed = await askAboutMove(window, there ? deleteQuestion(old) : forgetQuestion(old));
        if (agreed) await (there ? moves.deleteOld(old.path) : forgetOldCopy(home));
        return agreed;
      }),
    cancel: moves.cancel,
    stop: moves.stop,
  };
}

/** The limit is that of the contract. */
const MAX_UNUSED = 256;

/** How long the size of the data is not measured again: it takes a look at every file, and each load of the page asks. */
const MEASURED_MS = 60_000;

/** Measures the data of a root in bytes. While the data is `busy` being moved, the last figure stands. */
function createMeasure(): (root: string, busy: boolean) => Promise<number> {
  let last: { readonly root: string; readonly at: number; readonly bytes: Promise<number> } | null = null;
  return (root, busy) => {
    const isNew = last?.root === root && systemClock.monotonic() - last.at < MEASURED_MS;
    if (last !== null && (busy || isNew)) return last.bytes;
    const bytes = listData(root, { lenient: true }).then((tree) => tree.bytes);
    last = { root, at: systemClock.monotonic(), bytes };
    bytes.catch(() => (last = null));
    return bytes;
  };
}

interface Moves {
  state(): Pick<DataPlace, 'move' | 'problem'>;
  isBusy(): boolean;
  /** Stops the node, does the work and starts the node, without waiting for the end. `bytes`: how much is copied. */
  start(to: string, bytes: number, work: (deps: MoveDeps) => Promise<void>): void;
  deleteOld(path: string): Promise<void>;
  cancel(): void;
  stop(): Promise<void>;
}

/** One move after another, and what is shown of it. */
function createMoves({ home, onError }: DataMoverDeps, app: () => MoverApp): Moves {
  let life: AbortController | null = null;
  let running: Promise<void> = Promise.resolve();
  let ended = false;
  let move: DataPlace['move'] = null;
  let problem: DataPlace['problem'] = null;

  async function run(
    to: string,
    work: (deps: MoveDeps) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await app().stopNode();
      signal.throwIfAborted();
      const report = (progress: CopyProgress): void => void (move = { ...progress, to });
      await work({ signal, report, now: systemClock.now, free: freeSpace, open });
    } catch (error) {
      const { code, message } = faultFrom(error);
      problem = { code, message };
      if (!signal.aborted) onError(error);
    }
    move = null;
    if (ended) return;
    const root = await findUsedRoot(home, onError);
    if (root === null) app().quit();
    else if (!ended) app().startNode(root);
  }
  const cancel = (): void => life?.abort(new KithError('move-cancelled'));

  return {
    state: () => ({ move, problem }),
    isBusy: () => move !== null || ended,
    start(to, total, work) {
      life = new AbortController();
      problem = null;
      move = { phase: 'stopping', to, done: 0, total };
      running = run(to, work, life.signal);
    },
    async deleteOld(path) {
      move = { phase: 'deleting', to: path, done: 0, total: 0 };
      problem = null;
      try {
        await deleteOldCopy(home);
      } finally {
        move = null;
      }
    },
    cancel,
    async stop() {
      ended = true;
      cancel();
      await running;
    },
  };
}
