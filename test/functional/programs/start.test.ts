import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connectNode } from '../../../main/cli/connect.ts';
import { childrenOf, isRunning, startProgram } from '../../support/program.ts';

const START = 'tools/start.ts';
const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the start script serves the app to a browser until Ctrl-C', async () => {
  const args = ['--browser', '--no-open', '--network', 'local', '--datadir', path.join(folder, 'a')];
  const app = startProgram(START, args);
  const [, link] = await app.says(/open the app at (http:\/\/127\.0\.0\.1:\d+\/)#token=\S+/);
  const page = await fetch(link!);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('id="app"');
  const children = childrenOf(app.pid);
  app.signal('SIGINT');
  expect(await app.ended).toBe(0);
  expect(children.filter(isRunning)).toEqual([]);
});

test('the start script leaves the choice of a network to the page, and no node runs until then', async () => {
  const app = startProgram(START, ['--browser', '--no-open', '--datadir', path.join(folder, 'b')]);
  const [, api, token] = await app.says(/open the app at (http:\/\/127\.0\.0\.1:\d+\/)#token=(\S+)/);
  const { client, close } = await connectNode({ api: api!, token: token!, where: api! });
  expect(await client.networks.list()).toMatchObject({ phase: 'choosing', open: null });
  close();
  app.signal('SIGTERM');
  expect(await app.ended).toBe(0);
  expect(readdirSync(path.join(folder, 'b'))).toEqual(['logs']);
});

test('an unknown network is reported with a sentence and without a stack trace', async () => {
  const args = ['--browser', '--no-open', '--network', 'nowhere', '--datadir', path.join(folder, 'c')];
  const app = startProgram(START, args);
  expect(await app.ended).toBe(1);
  expect(app.output()).toMatch(/nowhere/);
  expect(app.output()).not.toMatch(/\n\s+at /);
});
