import path from 'node:path';
import { app, session, type BrowserWindow } from 'electron';
import { messageOf } from '../lib/errors.ts';
import { createConfirm } from './confirm.ts';
import type { DataMover } from './data-mover.ts';
import type { CrashReports } from './crash-reports.ts';
import { createShellDemo, type ShellDemo } from './demo.ts';
import {
  askAfterDemoFailure,
  askAfterRefusal,
  type DemoAnswer,
  showFileUnreadable,
  showNodeCrashed,
} from './dialogs.ts';
import { guardSession } from './guard.ts';
import type { Desktop } from './desktop.ts';
import { wasOpenedAtLogin } from './login-item.ts';
import { createNodeThread, type DemoOrder, type NodeThread } from './node-thread.ts';
import { createOpener, type Opening } from './openings.ts';
import type { ShellOptions } from './options.ts';
import { createBackupSaver } from './save-backup.ts';
import { servePage } from './scheme.ts';
import { createQuestionLimit } from './question-limit.ts';
import { recoverPage } from './recovery.ts';
import { bringToFront, createWindow, sendPort } from './window.ts';

export interface ShellDeps {
  /** The folder that holds `out/`: the project's root, or the package's archive. */
  readonly root: string;
  readonly options: ShellOptions;
  readonly mover: DataMover;
  readonly desktop: Desktop;
  /** The file with the licences of all parts; it may be missing. */
  readonly licences: string;
  readonly reports: CrashReports;
  readonly onError: (error: unknown) => void;
}

/** The desktop app between ready and quit. */
export interface Shell {
  /**
   * Starts the node's thread, which loads its program while Electron gets ready. Called when this is the only instance of the
   * app; the data is used only after `open`.
   */
  load(): void;
  /** Lets the node start and opens the window; a link or a network file is only filled into a form. */
  open(opening: Opening | null): Promise<void>;
  /** Brings the window to the front, and fills in the opening if there is one. */
  show(opening: Opening | null): void;
  /** Saves the data of the node and stops it, within 5 s at most. */
  stop(): Promise<void>;
}

/** A node that is stopped for a move must have saved everything. */
const MOVE_STOP_LIMIT = 60_000;
/** The app must exit within 5 s, even if a part hangs. */
const STOP_LIMIT = 4800;

export function createShell(deps: ShellDeps): Shell {
  let window: BrowserWindow | null = null;
  let node: NodeThread | null = null;
  const demo = createDemoOfThread(deps, () => node);
  const opener = createOpener(showFileUnreadable);

  function createNode(): NodeThread {
    const thread = createNodeThread({
      script: new URL('./node-worker.ts', import.meta.url),
      data: {
        options: deps.options.node,
        page: path.join(deps.root, 'out/renderer'),
      },
      confirm: createConfirm(() => window, createQuestionLimit(), deps.desktop.amountStyle),
      saveFile: createBackupSaver(() => window, createQuestionLimit()),
      onError: deps.onError,
    });
    thread.events.on('spawned', () => {
      deps.desktop.connect(thread.open());
      // The page still has its port to the desktop, whose settings outlive a thread.
      if (window) sendPort(window.webContents, 'rpc-port', thread.connect);
    });
    thread.events.on('demo', demo.take);
    thread.events.on('crashed', ({ cause }) => {
      deps.reports.write('node', { cause });
      demo.stop().catch(deps.onError);
      whenReady(showNodeCrashed);
    });
    thread.events.on('shutdown', () => app.quit());
    thread.events.on('refused', ({ code, message }) => whenReady(() => onRefusal(thread, code, message)));
    return thread;
  }

  async function onRefusal(thread: NodeThread, code: string, message: string): Promise<void> {
    if (await askAfterRefusal(code, message)) thread.start();
    else app.quit();
  }

  return {
    load() {
      node = createNode();
      node.start();
    },
    async open(opening) {
      const dataRoot = await deps.mover.begin({
        window: () => window,
        async stopNode() {
          const thread = node;
          node = null;
          await Promise.all([thread?.stop(MOVE_STOP_LIMIT), demo.stop()]);
        },
        startNode(root) {
          node = createNode();
          node.start();
          node.begin(root);
        },
        quit: () => app.quit(),
      });
      if (dataRoot === null) return app.quit();
      node?.begin(dataRoot);
      const guarded = prepare(deps);
      window = createWindow({
        preload: path.join(deps.root, 'out/preload/index.cjs'),
        connect: (port, ended) => (node === null ? port.close() : node.connect(port, ended)),
        hidden: deps.options.hidden || wasOpenedAtLogin(),
        desktop: deps.desktop,
      });
      deps.desktop.attach(window);
      window.on('closed', () => (window = null));
      recoverPage(window, deps.reports);
      // The network process of Chromium takes a moment to start.
      await guarded;
      await opener.load(window, opening);
    },
    show(opening) {
      if (window === null) return;
      bringToFront(window);
      if (opening !== null) opener.load(window, opening).catch(deps.onError);
    },
    async stop() {
      // A node that the mover starts meanwhile would not be stopped.
      await endAll([deps.mover, node, demo, deps.desktop]);
    },
  };
}

/** The node's thread may fail while Electron gets ready, and then no dialog can be shown yet. */
function whenReady(show: () => unknown): void {
  void app.whenReady().then(show);
}

/** What must be in place before the window is created. Resolves when the page may be loaded. */
function prepare({ root, desktop, licences }: ShellDeps): Promise<void> {
  const guarded = guardSession(session.defaultSession, desktop.events);
  desktop.prepare();
  servePage(path.join(root, 'out/renderer'), licences);
  return guarded;
}

/** Stops all parts at the same time. Resolves when all have stopped or failed, or after the limit. */
async function endAll(parts: readonly ({ stop(): Promise<void> } | null)[]): Promise<void> {
  const ends = parts.map((part) => part?.stop() ?? Promise.resolve());
  await Promise.race([Promise.allSettled(ends), new Promise((resolve) => setTimeout(resolve, STOP_LIMIT))]);
}

interface DemoOfThread {
  take(order: DemoOrder): void;
  stop(): Promise<void>;
}

/** Starts and stops the other nodes of the demo on requests of the node's thread. */
function createDemoOfThread(
  { reports, onError }: Pick<ShellDeps, 'reports' | 'onError'>,
  node: () => NodeThread | null,
): DemoOfThread {
  let demo: ShellDemo | null = null;
  let receiver: string | null = null;

  function askAfterDemo(failure: unknown): Promise<DemoAnswer> {
    reports.write('child', { failure });
    return askAfterDemoFailure(messageOf(failure));
  }

  async function stop(): Promise<void> {
    const ending = demo;
    demo = null;
    receiver = null;
    await ending?.stop();
  }

  return {
    take(order) {
      if (order.kind === 'demo-receiver') receiver = order.address;
      else if (order.kind === 'stop-demo')
        void stop()
          .catch(onError)
          .then(() => node()?.demoStopped());
      // The user's node has started again: the nodes of its demo still run.
      else if (demo === null) {
        demo = createShellDemo({
          folder: order.folder,
          receiver: () => receiver,
          ask: askAfterDemo,
          quit: () => app.quit(),
          onProblem: onError,
        });
        void demo.populate(order.addresses);
      }
    },
    stop,
  };
}
