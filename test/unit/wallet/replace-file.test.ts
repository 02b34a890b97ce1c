import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { replaceFile } from '../../../main/wallet/replace-file.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'kith-replace-'));
const STEPS = ['write', 'copy', 'rename-backup', 'rename', 'sync-folder'];

test('the file is private, and the previous version is kept', async () => {
  const path = join(newFolder(), 'file');
  await replaceFile(path, Buffer.from('one'), { backup: `${path}.bak` });
  await replaceFile(path, Buffer.from('two'), { backup: `${path}.bak` });
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readFileSync(`${path}.bak`, 'utf8')).toBe('one');
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('goes through every step, in order', async () => {
  const path = join(newFolder(), 'file');
  const steps: string[] = [];
  writeFileSync(path, 'one');
  await replaceFile(path, Buffer.from('two'), {
    backup: `${path}.bak`,
    step: (name) => void steps.push(name),
  });
  expect(steps).toEqual(STEPS);
});

test.each(STEPS)('a crash before “%s” leaves a complete version, and the next call works', async (stopAt) => {
  const path = join(newFolder(), 'file');
  const backup = `${path}.bak`;
  await replaceFile(path, Buffer.from('one'), { backup });
  await replaceFile(path, Buffer.from('two'), { backup });
  const step = (name: string) => {
    if (name === stopAt) throw new Error('the world stopped');
  };
  await expect(replaceFile(path, Buffer.from('three'), { backup, step })).rejects.toThrow(
    'the world stopped',
  );
  expect(['two', 'three']).toContain(readFileSync(path, 'utf8'));
  expect(['one', 'two']).toContain(readFileSync(backup, 'utf8'));
  await replaceFile(path, Buffer.from('four'), { backup });
  expect(readFileSync(path, 'utf8')).toBe('four');
  expect(readdirSync(join(path, '..')).sort()).toEqual(['file', 'file.bak']);
});

test('a process that is killed at any moment leaves a complete version', { timeout: 60_000 }, async () => {
  const path = join(newFolder(), 'file');
  const script = join(import.meta.dirname, 'replace-forever.ts');
  for (let round = 0; round < 12; round++) {
    const child = fork(script, [path], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const exited = once(child, 'exit');
    await once(child, 'message');
    await new Promise((resolve) => setTimeout(resolve, 5 + round * 7));
    child.kill('SIGKILL');
    await exited;
    const [number = '', padding = ''] = readFileSync(path, 'utf8').split('\n');
    expect(padding).toBe('x'.repeat(50_000));
    expect(Number(number)).toBeGreaterThanOrEqual(0);
  }
});
