import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { descendants } from '../../main/lib/core-dumps.ts';
import { coreLimits } from '../support/process-memory.ts';
import { launchDesktop } from './support/desktop-app.ts';

const isLinux = process.platform === 'linux';
if (!isLinux) console.log('skipped: only Linux tells the limits of another process (/proc/PID/limits)');

test.runIf(isLinux)('no process of the app may write a core, and none collects crashes', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  const pid = app.electron.process().pid!;
  const pids = [pid, ...(await descendants(pid))];
  const programs = pids.map((each) => readFileSync(`/proc/${each}/cmdline`, 'utf8').split('\0').join(' '));
  expect(programs.some((program) => program.includes('--type=renderer'))).toBe(true);
  expect(programs.filter((program) => program.includes('crashpad'))).toEqual([]);
  const limits = pids.map((each) => coreLimits(each).join(' '));
  expect(limits).toEqual(pids.map(() => '0 0'));
  expect(Number.parseInt(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8'), 16)).toBe(0);
  expect(await app.quit()).toBe(0);
});
