import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { connectNode } from '../../../main/cli/connect.ts';
import { START_SWITCHES } from '../../../main/electron/start-switches.ts';
import { findApi } from '../../../main/rpc/token.ts';
import type { KithClient } from '../../../shared/contract/contract.ts';
import { runCommand } from '../../../tools/support/command.ts';
import { type DesktopRun, prepareDesktopRun, seenBy } from '../../../tools/support/desktop-tests.ts';
import { until } from '../../support/until.ts';
import { memoryOf } from './process-figures.ts';

/** The desktop app in a process of its own, as the desktop tests run it: an unprivileged user with a display and the sandbox. */
export interface DesktopProcess {
  /** The app's first process: its window, menus and, on a thread, the node. */
  readonly pid: number;
  /** When the program was executed, in milliseconds of the wall clock. */
  readonly startedAt: number;
  /** The page, over the app's debugger. */
  page(): Promise<Page>;
  /** The contract over its WebSocket; only with `--api-port`. */
  client(): Promise<KithClient>;
  /** Evaluates an expression in the app's first process; only with `--inspect=0`. */
  evaluate(expression: string): Promise<unknown>;
  /** All processes that belong to the app. */
  processes(): readonly AppProcess[];
  /** Ends the app as a shutdown of the system does; gives the time until its first process is gone, in milliseconds. */
  stop(): Promise<number>;
}

export interface AppProcess {
  readonly pid: number;
  /** What Chromium calls it: `main`, `renderer`, `gpu-process` … */
  readonly kind: string;
  /** Its proportional share of memory. */
  readonly megabytes: number;
}

/** @throws if Electron cannot run here */
export async function prepareDesktop(): Promise<DesktopRun> {
  const run = await prepareDesktopRun();
  if ('missing' in run) throw new Error(`the desktop app cannot run here, because ${run.missing}`);
  return run;
}

/** A folder that the user of the app can write. */
export async function folderFor(run: DesktopRun): Promise<string> {
  const folder = mkdtempSync(path.join(run.temporary, 'data-'));
  if (process.getuid?.() === 0) await runCommand('chown', ['--reference', run.temporary, folder]);
  return folder;
}

export interface StartOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly datadir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The shell tells when it executes the program, which is after the display has started, and as which process. */
const TELL = 'echo "bench: $$ $(date +%s%3N)" >&2; exec "$@"';

export async function startDesktopProcess(run: DesktopRun, options: StartOptions): Promise<DesktopProcess> {
  const app = [
    seenBy(run, options.program),
    ...options.args,
    ...START_SWITCHES,
    '--datadir',
    options.datadir,
  ];
  const [command, ...rest] = [...run.prefix, 'sh', '-c', TELL, 'sh', ...app];
  const child = spawn(command!, rest, {
    cwd: run.root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = sayings(child);
  const [, pid, startedAt] = await said(/bench: (\d+) (\d+)/);
  let browser: Browser | undefined;
  let close = (): void => undefined;
  return {
    pid: Number(pid),
    startedAt: Number(startedAt),
    async page() {
      const [, endpoint] = await said(/DevTools listening on (ws:\S+\/devtools\/browser\S*)/);
      browser ??= await chromium.connectOverCDP(endpoint!);
      const context = browser.contexts()[0]!;
      return context.pages()[0] ?? (await context.waitForEvent('page'));
    },
    async client() {
      const place = await until(() => findApi(options.datadir), 'the node serves its API', { ms: 60_000 });
      const token = readFileSync(place.tokenFile, 'utf8').trim();
      const connected = await connectNode({ api: place.api, token, where: options.datadir });
      close = connected.close;
      return connected.client;
    },
    async evaluate(expression) {
      const [, endpoint] = await said(/Debugger listening on (ws:\S+)/);
      return evaluateAt(endpoint!, expression);
    },
    processes: () => processesOf(Number(pid)),
    async stop() {
      close();
      // Only closes the connection.
      await browser?.close();
      if (child.exitCode !== null) return 0;
      const begun = performance.now();
      process.kill(Number(pid), 'SIGTERM');
      await until(() => !isRunning(Number(pid)), 'the app has ended', { ms: 20_000, every: 5 });
      return performance.now() - begun;
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** What the app writes to standard error, to wait for. */
function sayings(child: ChildProcess): (pattern: RegExp) => Promise<RegExpExecArray> {
  let all = '';
  child.stderr!.on('data', (chunk: Buffer) => (all += chunk.toString()));
  return (pattern) =>
    until(
      () => {
        if (child.exitCode !== null) throw new Error(`the app has ended: ${all}`);
        return pattern.exec(all);
      },
      `the app says ${pattern.source}`,
      { ms: 60_000, every: 5 },
    );
}

async function evaluateAt(endpoint: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(endpoint);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`no debugger at ${endpoint}`)));
  });
  const answer = new Promise<string>((resolve) =>
    socket.addEventListener('message', ({ data }) => resolve(String(data))),
  );
  const params = { expression, returnByValue: true, awaitPromise: true };
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
  const { result } = JSON.parse(await answer) as {
    result: { result: { value?: unknown }; exceptionDetails?: unknown };
  };
  socket.close();
  if (result.exceptionDetails) throw new Error(JSON.stringify(result.exceptionDetails));
  return result.result.value;
}

/** The process and all that descend from it. */
function processesOf(root: number): AppProcess[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const status = readProc(`/proc/${name}/status`);
    parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
  }
  const found = [root];
  for (const each of found) for (const [pid, parent] of parents) if (parent === each) found.push(pid);
  return found
    .map((pid) => ({ pid, kind: pid === root ? 'main' : kindOf(pid), megabytes: memoryOf(pid) }))
    .filter(({ megabytes }) => megabytes > 0);
}

function kindOf(pid: number): string {
  const line = readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  const type = /--type=([\w-]+)/.exec(line)?.[1] ?? 'other';
  return type === 'utility' ? (/--utility-sub-type=([\w.]+)/.exec(line)?.[1] ?? type) : type;
}

// A process may end while it is read.
function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
