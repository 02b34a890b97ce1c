import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { app } from 'electron';
import { afterAll, expect, test } from 'vitest';
import { harness } from '../support/electron/harness.ts';
import { childrenOf, isRunning } from '../support/program.ts';

const isDemoNode = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('demo-child');
const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-first-'));
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a first start asks for a network, and the demo network gets peers and ends with the app', async () => {
  process.env['XDG_DATA_HOME'] = folder;
  process.argv = ['electron', '.'];
  harness.answerDialog = ({ buttons }) => buttons?.indexOf('Demo on this computer') ?? 0;
  await import('../../main/main.ts');
  const page = await harness.opened.promise;
  expect(harness.dialogs.map(({ message }) => message)).toEqual(['Which network should Kith use?']);
  await page.getByText('local network', { exact: true }).waitFor();
  await page.getByText(/with [3-9] peers/).waitFor({ timeout: 120_000 });
  const nodes = childrenOf(process.pid).filter(isDemoNode);
  app.quit();
  await harness.quit.promise;
  await expect.poll(() => nodes.filter(isRunning), { timeout: 10_000 }).toEqual([]);
});
