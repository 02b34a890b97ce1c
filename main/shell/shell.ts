import path from 'node:path';
import { app, session, type BrowserWindow } from 'electron';
import { createConfirm } from './confirm.ts';
import { askAfterRefusal, askNetwork, tellNodeDied } from './dialogs.ts';
import { guardSession } from './guard.ts';
import { linkUrl } from './links.ts';
import { installMenu } from './menu.ts';
import { createNodeThread, type NodeThread } from './node-thread.ts';
import type { ShellOptions } from './options.ts';
import { servePage } from './scheme.ts';
import type { SettingsFile } from './settings.ts';
import type { NodeThreadConfig } from './thread-messages.ts';
import { handPort, openWindow } from './window.ts';

export interface ShellDeps {
  /** The folder that holds `out/`: the project's root, or the package's archive. */
  readonly root: string;
  /** The platform's folder for Kith, or the one named on the command line. */
  readonly dataRoot: string;
  readonly options: ShellOptions;
  readonly settings: SettingsFile;
  readonly onError: (error: unknown) => void;
}

/** The desktop app between ready and quit. */
export interface Shell {
  /** Starts the node and opens the window, with this link filled in if there is one. */
  open(link: string | null): Promise<void>;
  /** Brings the window to the front; a link is filled in, never acted upon. */
  show(link: string | null): void;
  /** Ends the node, saved and in order; takes 5 s at most. */
  stop(): Promise<void>;
}

const ANY_PORT = ['/ip4/0.0.0.0/tcp/0'];

export function createShell(deps: ShellDeps): Shell {
  let window: BrowserWindow | null = null;
  let node: NodeThread | null = null;

  /** The network to run on: named for this run, chosen once, or asked for now. Null = not now. */
  async function choose(): Promise<NodeThreadConfig | null> {
    const { options, settings, dataRoot } = deps;
    const known = options.network ?? settings.read().network;
    const choice = known === null ? await askNetwork() : { kind: 'network' as const, network: known };
    if (choice === null) return null;
    if (choice.kind === 'demo') return null;
    if (known === null) settings.write({ network: choice.network });
    return {
      network: choice.network,
      datadir: options.datadir ?? path.join(dataRoot, path.parse(choice.network).name),
      listen: options.listen ?? ANY_PORT,
      bootstrap: options.bootstrap,
    };
  }

  function startNode(config: NodeThreadConfig): NodeThread {
    const thread = createNodeThread({
      script: new URL('./node-worker.ts', import.meta.url),
      config,
      confirm: createConfirm(() => window),
      onError: deps.onError,
    });
    thread.events.on('spawned', () => {
      if (window) handPort(window.webContents, thread.connect);
    });
    thread.events.on('died', tellNodeDied);
    thread.events.on('refused', ({ code, message }) => void onRefusal(thread, code, message));
    thread.start();
    return thread;
  }

  async function onRefusal(thread: NodeThread, code: string, message: string): Promise<void> {
    if (await askAfterRefusal(code, message)) thread.start();
    else app.quit();
  }

  return {
    async open(link) {
      guardSession(session.defaultSession);
      installMenu();
      servePage(path.join(deps.root, 'out/renderer'));
      const config = await choose();
      if (config === null) return app.quit();
      const thread = startNode(config);
      node = thread;
      window = await openWindow({
        preload: path.join(deps.root, 'out/preload/index.cjs'),
        connect: thread.connect,
        ...(link === null ? {} : { url: linkUrl(link) }),
      });
      window.on('closed', () => (window = null));
    },
    show(link) {
      if (window === null) return;
      if (window.isMinimized()) window.restore();
      window.focus();
      if (link !== null) void window.loadURL(linkUrl(link));
    },
    stop: async () => node?.stop(),
  };
}
