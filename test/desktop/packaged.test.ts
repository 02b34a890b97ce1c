import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { expect, onTestFinished, test } from 'vitest';
import { createAppPage } from '../support/app-page.ts';
import { LOCAL, newFolder } from './support/desktop-app.ts';

// The package with its fuses; built for tests, so that it accepts --remote-debugging-port.
const PROGRAM = process.env['KITH_PACKAGED'];
if (PROGRAM === undefined) console.log('the tests of the packaged app are skipped: it was not packaged here');

interface Packaged {
  readonly child: ChildProcess;
  /** What it wrote to standard error so far. */
  said(): string;
  readonly ended: Promise<number | null>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Packaged {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_|npm_)/.test(name));
  const child = spawn(PROGRAM!, [...LOCAL, '--datadir', newFolder(), ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  });
  return { child, said: () => said, ended };
}

/** The app's page, over the port of its debugger. */
async function pageOf(app: Packaged): Promise<Page> {
  await expect.poll(() => app.said()).toContain('DevTools listening on');
  const [, endpoint] = /DevTools listening on (ws:\S+)/.exec(app.said())!;
  const browser = await chromium.connectOverCDP(endpoint!);
  const context = browser.contexts()[0]!;
  return context.pages()[0] ?? (await context.waitForEvent('page'));
}

test.skipIf(PROGRAM === undefined)('the packaged app creates a wallet and ends in order', async () => {
  const app = start(['--remote-debugging-port=0']);
  const page = await pageOf(app);
  await page.getByText('Welcome to Kith').waitFor();
  expect(page.url()).toMatch(/^app:\/\/kith\//);
  expect(await page.evaluate("[typeof require, typeof process, typeof module].join(' ')")).toBe(
    'undefined undefined undefined',
  );
  expect(await createAppPage(page).makeWallet('Everyday', 'correct horse battery')).toHaveLength(24);
  app.child.kill('SIGTERM');
  expect(await app.ended).toBe(0);
});

test
  .skipIf(PROGRAM === undefined)
  .each([
    '--remote-debugging-pipe',
    '--no-sandbox',
    '-no-sandbox',
    '--disable-web-security',
    '--inspect=0',
    '--inspect-brk=0',
    '--js-flags=--expose-gc',
  ])('the packaged app does not start with %s and says so', async (argument) => {
  const app = start([argument]);
  expect(await app.ended).toBe(1);
  const name = /^-*([\w-]+)/.exec(argument)![1]!;
  expect(app.said()).toContain(`Kith does not start with --${name}, because this option weakens`);
});

test.skipIf(PROGRAM === undefined)('the environment loads no code into the packaged app', async () => {
  const folder = newFolder();
  const [code, proof] = [path.join(folder, 'code.cjs'), path.join(folder, 'loaded')];
  writeFileSync(code, `require('node:fs').writeFileSync(${JSON.stringify(proof)}, '');`);
  const app = start(['--remote-debugging-port=0'], {
    ELECTRON_RUN_AS_NODE: '1',
    NODE_OPTIONS: `--require=${code}`,
  });
  await (await pageOf(app)).getByText('Welcome to Kith').waitFor();
  expect(existsSync(proof)).toBe(false);
});
