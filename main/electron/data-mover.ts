import { open } from 'node:fs/promises';
import { dialog, type BrowserWindow, type MessageBoxOptions } from 'electron';
import type { DataPlace } from '../../shared/contract/desktop.ts';
import { bytes } from '../../shared/units.ts';
import { faultFrom } from '../cli/report.ts';
import { systemClock } from '../lib/clock.ts';
import { readPlace, realOf, usedRoot } from '../lib/data-place.ts';
import { KithError } from '../lib/errors.ts';
import type { CopyProgress } from '../session/copy-data.ts';
import { listData } from '../session/data-files.ts';
import { deleteOldCopy, moveData, recoverMove, useOldCopy } from '../session/move-data.ts';
import { checkTarget, freeSpace, type MoveTarget } from '../session/move-target.ts';
import { askAboutMissingData } from './dialogs.ts';
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
  /** These resolve when the user has decided; the move itself goes on. @throws {KithError} `move-…`, `networks-fixed` */
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
    if (!limit.allows()) throw new KithError('settings-changed-often');
    if (asking || moves.isBusy() || app === null) throw new KithError('move-busy');
    asking = true;
    try {
      if (!(await decide(app.window()))) limit.add();
    } finally {
      asking = false;
    }
  }
  async function beginAfter(
    window: BrowserWindow | null,
    path: string,
    question: (target: MoveTarget) => Question,
  ): Promise<boolean> {
    const target = await checkTarget(home, path, freeSpace);
    const agreed = await ask(window, question(target));
    if (agreed) moves.start(target);
    return agreed;
  }
  function oldPath(): string {
    const old = readPlace(home)?.old;
    if (old == null) throw new KithError('move-no-old');
    return old.path;
  }

  return {
    async begin(theApp) {
      app = theApp;
      return fixed ? home : findRoot(home, onError);
    },
    async state() {
      if (fixed) return null;
      const { path, old } = readPlace(home) ?? { path: realOf(home), old: null };
      const left = old && { path: old.path, since: old.since, intact: old.intact };
      return { path, bytes: await measure(path, moves.isBusy()), old: left, ...moves.state() };
    },
    move: () =>
      alone(async (window) => {
        const chosen = await chooseFolder(window);
        return chosen !== null && beginAfter(window, chosen, moveQuestion);
      }),
    useOld: () => alone((window) => beginAfter(window, oldPath(), backQuestion)),
    deleteOld: () =>
      alone(async (window) => {
        const path = oldPath();
        const agreed = await ask(window, deleteQuestion(path));
        if (agreed) await moves.deleteOld(path);
        return agreed;
      }),
    cancel: moves.cancel,
    stop: moves.stop,
  };
}

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
  /** Begins the move without waiting for its end. */
  start(target: MoveTarget): void;
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

  async function run({ path }: MoveTarget, signal: AbortSignal): Promise<void> {
    try {
      await app().stopNode();
      signal.throwIfAborted();
      const report = (progress: CopyProgress): void => void (move = { ...progress, to: path });
      await moveData(home, path, { signal, report, now: systemClock.now, free: freeSpace, open });
    } catch (error) {
      const { code, message } = faultFrom(error);
      problem = { code, message };
      if (!signal.aborted) onError(error);
    }
    move = null;
    if (ended) return;
    const root = await findRoot(home, onError);
    if (root === null) app().quit();
    else if (!ended) app().startNode(root);
  }
  const cancel = (): void => life?.abort(new KithError('move-cancelled'));

  return {
    state: () => ({ move, problem }),
    isBusy: () => move !== null || ended,
    start(target) {
      life = new AbortController();
      problem = null;
      move = { phase: 'stopping', to: target.path, done: 0, total: target.bytes };
      running = run(target, life.signal);
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

/** Asks the user until the data is there. */
async function findRoot(home: string, onError: (error: unknown) => void): Promise<string | null> {
  for (;;) {
    try {
      await recoverMove(home, onError);
      return usedRoot(home);
    } catch (error) {
      onError(error);
      const { code, message } = faultFrom(error);
      const old = code === 'data-place-missing' ? readPlace(home)?.old : null;
      const answer = await askAboutMissingData(code, message, old?.intact === true ? old.path : null);
      if (answer === 'quit') return null;
      if (answer === 'old') await useOldCopy(home).catch(onError);
    }
  }
}

async function chooseFolder(window: BrowserWindow | null): Promise<string | null> {
  const options = {
    title: 'Move the data directory',
    message: 'Choose an empty folder for the data directory.',
    buttonLabel: 'Choose folder',
    properties: ['openDirectory' as const, 'createDirectory' as const, 'dontAddToRecent' as const],
  };
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, options)
    : await dialog.showOpenDialog(options);
  return canceled ? null : (filePaths[0] ?? null);
}

type Question = Pick<MessageBoxOptions, 'message' | 'detail'> & { readonly button: string };

/** Escape and Enter cancel. */
async function ask(window: BrowserWindow | null, { button, ...text }: Question): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Kith',
    ...text,
    buttons: ['Cancel', button],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  const { response } = window
    ? await dialog.showMessageBox(window, options)
    : await dialog.showMessageBox(options);
  return response === 1;
}

const sizes = (target: MoveTarget): string =>
  `${target.path}\n\nSize of the data: ${bytes(target.bytes)}\nFree space there: ${bytes(target.free)}`;

const moveQuestion = (target: MoveTarget): Question => ({
  message: 'Move the data directory to this folder?',
  detail: `${sizes(target)}\n\nThe node stops while the files are copied and checked. Mining stops too. The old copy stays until you delete it in Settings.`,
  button: 'Move',
});

const backQuestion = (target: MoveTarget): Question => ({
  message: 'Use the old place of the data directory again?',
  detail: `${sizes(target)}\n\nThe node stops while the current data, with everything since the move, is copied back and checked. It then replaces the old copy.`,
  button: 'Use old place',
});

const deleteQuestion = (path: string): Question => ({
  message: 'Delete the old copy of the data directory?',
  detail: `${path}\n\nThe data in the new place stays. The deletion cannot be undone.`,
  button: 'Delete',
});
