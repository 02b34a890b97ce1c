import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { replaceFile } from '../../../main/lib/replace-file.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'kith-replace-'));
const STEPS = ['write', 'copy', 'rename-older', 'rename-previous', 'rename', 'sync-folder'];

test('the file is private, and the previous version is kept', async () => {
  const path = join(newFolder(), 'file');
  await replaceFile(path, Buffer.from('one'), { previous: [`${path}.bak`] });
  await replaceFile(path, Buffer.from('two'), { previous: [`${path}.bak`] });
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readFileSync(`${path}.bak`, 'utf8')).toBe('one');
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('goes through every step, in order', async () => {
  const path = join(newFolder(), 'file');
  const steps: string[] = [];
  writeFileSync(path, 'one');
  writeFileSync(`${path}.bak`, 'older');
  await replaceFile(path, Buffer.from('two'), {
    previous: [`${path}.bak`, `${path}.bak2`],
    step: (name) => void steps.push(name),
  });
  expect(steps).toEqual(STEPS);
});

test.each(STEPS)('a crash before “%s” leaves a complete version, and the next call works', async (stopAt) => {
  const path = join(newFolder(), 'file');
  const previous = [`${path}.bak`, `${path}.bak2`];
  await replaceFile(path, Buffer.from('one'), { previous });
  await replaceFile(path, Buffer.from('two'), { previous });
  const step = (name: string) => {
    if (name === stopAt) throw new Error('the world stopped');
  };
  await expect(replaceFile(path, Buffer.from('three'), { previous, step })).rejects.toThrow(
    'the world stopped',
  );
  expect(['two', 'three']).toContain(readFileSync(path, 'utf8'));
  const kept = previous.filter((each) => existsSync(each)).map((each) => readFileSync(each, 'utf8'));
  expect(kept).toContain('one');
  await replaceFile(path, Buffer.from('four'), { previous });
  expect(readFileSync(path, 'utf8')).toBe('four');
  expect(readdirSync(join(path, '..')).sort()).toEqual(['file', 'file.bak', 'file.bak2']);
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
