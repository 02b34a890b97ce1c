import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import type { Dialog, MessageBoxOptions } from 'electron';
import { onTestFinished } from 'vitest';
import { type AppPage, createAppPage } from '../../support/app-page.ts';
import { HELD_APP, release } from './held-app.ts';

/** The exit code, or the signal that ended the app. */
export type Exit = number | NodeJS.Signals;

/** The desktop app in the real Electron. */
export interface DesktopApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  readonly person: AppPage;
  /** The data directory. */
  readonly datadir: string;
  /** The native message boxes so far. */
  dialogs(): Promise<readonly MessageBoxOptions[]>;
  /** Presses this button in every later message box that has it, else cancels; null = cancels all. */
  press(button: string | null): Promise<void>;
  /** Whether message boxes are shown from now on, so that `pressInDialog` answers them, instead of recorded. */
  showBoxes(shown: boolean): Promise<void>;
  /** What the app wrote to standard error. */
  errors(): string;
  readonly ended: Promise<Exit>;
  /** Quits as a user does. */
  quit(): Promise<Exit>;
}

export interface LaunchOptions {
  /** Arguments besides the data directory. */
  readonly args?: readonly string[];
  /** A new one if not given. */
  readonly datadir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For an app that asks before it opens a window: called when message boxes are replaced, and none was shown yet. */
  readonly atStart?: (app: Pick<DesktopApp, 'electron' | 'press'>) => Promise<void>;
}

/** A network of this computer alone. */
export const LOCAL = ['--network', 'local', '--listen', '/ip4/127.0.0.1/tcp/0'] as const;

/** Registers what is done at the end of a test, or of a file of tests. */
type AtEnd = (end: () => void | Promise<void>) => void;

/** An empty folder that is deleted after the test. */
export function newFolder(atEnd: AtEnd = onTestFinished): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-desk-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Starts the app and waits for its window. After the test, or at another end, it is ended, by force if it must be. */
export async function launchDesktop(
  options: LaunchOptions = {},
  atEnd: AtEnd = onTestFinished,
): Promise<DesktopApp> {
  const datadir = options.datadir ?? newFolder(atEnd);
  const args = [HELD_APP, ...(options.args ?? LOCAL), '--datadir', datadir];
  const env = { ...environment(), ...options.env };
  const electron = await _electron.launch({
    executablePath: electronProgram(),
    chromiumSandbox: true,
    args,
    env,
  });
  const child = electron.process();
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<Exit>((resolve) =>
    // What it wrote last arrives a moment after the exit.
    child.on('exit', (code, signal) => setTimeout(() => resolve(signal ?? code!), 200)),
  );
  atEnd(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  });
  await electron.evaluate(({ dialog }) => {
    const record: Dialog['showMessageBox'] = (...given: unknown[]) => {
      const asked = given.at(-1) as MessageBoxOptions;
      const { signal: _signal, ...shown } = asked;
      box.shown.push(shown);
      const index = asked.buttons?.indexOf(box.button ?? '') ?? -1;
      return Promise.resolve({ response: index < 0 ? (asked.cancelId ?? 0) : index, checkboxChecked: false });
    };
    const box: Boxes = { shown: [], button: null, record, show: dialog.showMessageBox.bind(dialog) };
    Object.assign(globalThis, { boxes: () => box });
    dialog.showMessageBox = record;
  });
  const press: DesktopApp['press'] = (button) =>
    electron.evaluate((_electron, name) => void (boxes().button = name), button);
  await options.atStart?.({ electron, press });
  await release(electron);
  const page = await electron.firstWindow();
  return {
    electron,
    page,
    person: createAppPage(page),
    datadir,
    dialogs: () => electron.evaluate(() => boxes().shown),
    press,
    showBoxes: (shown) =>
      electron.evaluate(({ dialog }, real) => {
        dialog.showMessageBox = real ? boxes().show : boxes().record;
      }, shown),
    errors: () => errors,
    ended,
    async quit() {
      await electron.evaluate(({ app }) => setImmediate(() => app.quit())).catch(() => undefined);
      return ended;
    },
  };
}

/** Starts the app where no window opens; resolves when it has ended. */
export async function runDesktop(args: readonly string[]): Promise<{ code: number; errors: string }> {
  const given = [process.cwd(), ...args, '--datadir', newFolder()];
  const child = spawn(electronProgram(), given, { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (each) => resolve(each ?? -1)));
  return { code, errors };
}

interface Boxes {
  readonly shown: MessageBoxOptions[];
  button: string | null;
  readonly record: Dialog['showMessageBox'];
  readonly show: Dialog['showMessageBox'];
}

/** In the app: the message boxes. */
declare function boxes(): Boxes;

function electronProgram(): string {
  const program = process.env['KITH_ELECTRON'];
  if (program === undefined) throw new Error('these tests are started by: npm test -- test/desktop');
  return program;
}

/** Without what vitest sets for itself; with the place of warnings, see test/support/bugs.ts. */
function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_(?!REDIRECT_WARNINGS)|npm_)/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}
