import path from 'node:path';
import { app, session, type BrowserWindow } from 'electron';
import type { NodeOptions } from '../node/node-options.ts';
import { messageOf } from '../lib/errors.ts';
import { createConfirm } from './confirm.ts';
import type { CrashReports } from './crash-reports.ts';
import { createShellDemo, type ShellDemo } from './demo.ts';
import {
  askAfterDemoFailure,
  askAfterRefusal,
  askNetwork,
  type DemoAnswer,
  tellFileUnreadable,
  tellNodeDied,
} from './dialogs.ts';
import { guardSession } from './guard.ts';
import type { Desktop } from './desktop.ts';
import { createNodeThread, type NodeThread } from './node-thread.ts';
import { createOpener, type Opening } from './openings.ts';
import type { ShellOptions } from './options.ts';
import { servePage } from './scheme.ts';
import { recoverPage } from './recovery.ts';
import type { SettingsFile } from './settings.ts';
import { bringToFront, createWindow, sendPort } from './window.ts';

export interface ShellDeps {
  /** The folder that holds `out/`: the project's root, or the package's archive. */
  readonly root: string;
  readonly options: ShellOptions;
  readonly settings: SettingsFile;
  readonly desktop: Desktop;
  /** The file with the licences of all parts; it may be missing. */
  readonly licences: string;
  readonly reports: CrashReports;
  readonly onError: (error: unknown) => void;
}

/** The desktop app between ready and quit. */
export interface Shell {
  /** Starts the node and opens the window; a link or a network file is only filled into a form. */
  open(opening: Opening | null): Promise<void>;
  /** Brings the window to the front, and fills in the opening if there is one. */
  show(opening: Opening | null): void;
  /** Saves the data of the node and stops it, within 5 s at most. */
  stop(): Promise<void>;
}

/** The app must exit within 5 s, even if a part hangs. */
const STOP_LIMIT = 4800;

export function createShell(deps: ShellDeps): Shell {
  let window: BrowserWindow | null = null;
  let node: NodeThread | null = null;
  let demo: ShellDemo | null = null;
  const opener = createOpener(tellFileUnreadable);

  /** The network: from the options of this run, from the settings, or from a dialog. Null if the user cancels. */
  async function choose(): Promise<NodeOptions | null> {
    const given = deps.options.node;
    if (given.network !== undefined || given.join !== undefined) return given;
    const { network } = deps.settings.read();
    if (network !== null) return { ...given, network };
    const choice = await askNetwork();
    if (choice === null) return null;
    if (choice.kind === 'demo') {
      demo = createShellDemo({ ask: askAfterDemo, quit: () => app.quit(), onProblem: deps.onError });
      return demo.options;
    }
    deps.settings.write({ network: choice.network });
    return { ...given, network: choice.network };
  }

  function startNode(options: NodeOptions): NodeThread {
    const thread = createNodeThread({
      script: new URL('./node-worker.ts', import.meta.url),
      data: { options, page: path.join(deps.root, 'out/renderer') },
      confirm: createConfirm(() => window),
      onError: deps.onError,
    });
    const populate = once((addresses: readonly string[]) => {
      void demo?.populate(addresses);
    });
    thread.events.on('spawned', () => {
      if (window) sendPort(window.webContents, thread.connect);
    });
    thread.events.on('ready', ({ addresses }) => populate(addresses));
    thread.events.on('died', ({ cause }) => {
      deps.reports.write('node', { cause });
      tellNodeDied();
    });
    thread.events.on('shutdown', () => app.quit());
    thread.events.on('refused', ({ code, message }) => void onRefusal(thread, code, message));
    thread.start();
    return thread;
  }

  function askAfterDemo(failure: unknown): Promise<DemoAnswer> {
    deps.reports.write('child', { failure });
    return askAfterDemoFailure(messageOf(failure));
  }

  async function onRefusal(thread: NodeThread, code: string, message: string): Promise<void> {
    // A stored network that cannot be used would make every later start fail.
    const forgets = deps.options.node.network === undefined && code.startsWith('network-');
    if (forgets) deps.settings.write({ network: null });
    const words = forgets ? `${message} The next start asks for a network again.` : message;
    if (await askAfterRefusal(code, words)) thread.start();
    else app.quit();
  }

  return {
    async open(opening) {
      await prepare(deps);
      const options = await choose();
      if (options === null) return app.quit();
      const thread = startNode(options);
      node = thread;
      window = createWindow({
        preload: path.join(deps.root, 'out/preload/index.cjs'),
        connect: thread.connect,
        states: deps.desktop.states,
      });
      deps.desktop.attach(window);
      window.on('closed', () => (window = null));
      recoverPage(window, deps.reports);
      await opener.load(window, opening);
    },
    show(opening) {
      if (window === null) return;
      bringToFront(window);
      if (opening !== null) opener.load(window, opening).catch(deps.onError);
    },
    stop: () => endAll([node, demo]),
  };
}

/** What must be in place before the first window. */
async function prepare({ root, desktop, licences }: ShellDeps): Promise<void> {
  await guardSession(session.defaultSession);
  desktop.prepare();
  servePage(path.join(root, 'out/renderer'), licences);
}

/** Stops all parts at the same time. Resolves when all have stopped or failed, or after the limit. */
async function endAll(parts: readonly ({ stop(): Promise<void> } | null)[]): Promise<void> {
  const ends = parts.map((part) => part?.stop() ?? Promise.resolve());
  await Promise.race([Promise.allSettled(ends), new Promise((resolve) => setTimeout(resolve, STOP_LIMIT))]);
}

function once<Value>(work: (value: Value) => void): (value: Value) => void {
  let done = false;
  return (value) => {
    if (done) return;
    done = true;
    work(value);
  };
}
