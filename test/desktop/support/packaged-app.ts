import { type ChildProcess, spawn } from 'node:child_process';
import { chromium, type Page } from '@playwright/test';
import { expect, onTestFinished } from 'vitest';

/** A process of a packaged app. */
export interface PackagedApp {
  readonly child: ChildProcess;
  /** What it wrote to standard error so far. */
  errors(): string;
  readonly ended: Promise<number | null>;
}

/** Starts a program without what vitest sets for itself. After the test it is ended, by force if it must be. */
export function startPackaged(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): PackagedApp {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_|npm_)/.test(name));
  const child = spawn(program, args, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  });
  return { child, errors: () => errors, ended };
}

/** The page of an app that was started with `--remote-debugging-port=0`. */
export async function pageOf(app: PackagedApp): Promise<Page> {
  await expect.poll(() => app.errors()).toContain('DevTools listening on');
  const [, endpoint] = /DevTools listening on (ws:\S+)/.exec(app.errors())!;
  const browser = await chromium.connectOverCDP(endpoint!);
  const context = browser.contexts()[0]!;
  return context.pages()[0] ?? (await context.waitForEvent('page'));
}
