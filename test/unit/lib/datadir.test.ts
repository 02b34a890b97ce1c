import { type ChildProcess, fork } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { defaultDataRoot, openDataDirectory } from '../../../main/lib/datadir.ts';
import { newFolder } from '../../support/folder.ts';
import type { KithError } from '../../../main/lib/errors.ts';

const newPath = () => join(newFolder(), 'data');
const refusal = (path: string): Promise<KithError> =>
  openDataDirectory(path).then(
    () => expect.fail('it should have been refused'),
    (error: unknown) => error as KithError,
  );

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

/** Another process that holds the directory until it is killed. */
function holder(path: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, '../../support/fixtures/datadir-holder.mjs'), [path], {
    execArgv: [],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)));
  });
}

describe('a data directory', () => {
  test('is created for this user only, and so are missing parent folders', async () => {
    const path = join(newPath(), 'deep', 'er');
    const directory = await openDataDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    await directory.release();
    await (await openDataDirectory(path)).release();
  });

  test('is locked against a second open in the same process', async () => {
    const path = newPath();
    const directory = await openDataDirectory(path);
    expect(await refusal(path)).toMatchObject({ code: 'datadir-in-use', data: { pid: process.pid } });
    await directory.release();
    await (await openDataDirectory(path)).release();
  });

  test('is locked against another process, whose id is in the error, and free as soon as that process is killed', async () => {
    const path = newPath();
    const child = await holder(path);
    expect(await refusal(path)).toMatchObject({ code: 'datadir-in-use', data: { pid: child.pid } });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await openDataDirectory(path)).release();
  });

  test('opens whatever a crash left of the lock files, and is locked again', async () => {
    const path = newPath();
    await (await openDataDirectory(path)).release();
    const lock = join(path, 'lock');
    for (const name of readdirSync(lock)) {
      if (name === 'LOCK') continue;
      writeFileSync(join(lock, name), 'garbage');
      const directory = await openDataDirectory(path);
      expect((await refusal(path)).code).toBe('datadir-in-use');
      await directory.release();
      if (existsSync(join(lock, name))) rmSync(join(lock, name));
      await (await openDataDirectory(path)).release();
    }
  });

  test('corrupt lock files do not take the lock from the process that holds it', async () => {
    const path = newPath();
    const child = await holder(path);
    for (const name of readdirSync(join(path, 'lock')))
      if (name !== 'LOCK') writeFileSync(join(path, 'lock', name), 'garbage');
    writeFileSync(join(path, 'owner.json'), 'garbage');
    const error = await refusal(path);
    expect(error.code).toBe('datadir-in-use');
    expect(error.data).toEqual({ path });
    child.kill('SIGKILL');
  });

  test.each([
    [
      'a file',
      () => {
        const path = newPath();
        writeFileSync(path, 'a file');
        return path;
      },
    ],
    [
      'below a file',
      () => {
        const path = newPath();
        writeFileSync(path, 'a file');
        return join(path, 'data');
      },
    ],
    ['where nothing can be made', () => '/proc/kith/data'],
  ])('that is %s is an error with the reason', async (_what, make) => {
    if (process.platform !== 'linux') return console.log('skipped: the paths are those of Linux');
    const path = make();
    const error = await refusal(path);
    expect(error.code).toBe('datadir-unusable');
    expect(error.data).toMatchObject({ path, reason: expect.stringMatching(/E[A-Z]+/) as string });
  });
});

/** The names in the first column of the table in docs/storage.md, each with the end that a folder has. */
function documented(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/storage.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  const table = rows.slice(0, rows.findIndex((row) => row.startsWith('| `wallet-data.new/`')) + 1);
  return table
    .flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
    .filter((name) => !name.startsWith('.'))
    .map((name) => name.replace('….damaged', 'chain.damaged').replace('verify-…', 'verify-Ab3dE9'))
    .map((name) => name.replace(/\/.*/, '/'));
}

describe.skipIf(process.platform === 'win32')('what other users may do in a data directory', () => {
  const modeOf = (path: string) => statSync(path).mode & 0o777;
  /** As a backup restored under another umask would leave it. */
  function opened(path: string, names: readonly string[]): void {
    mkdirSync(path);
    for (const name of names) {
      if (name.endsWith('/')) mkdirSync(join(path, name));
      else writeFileSync(join(path, name), '');
      chmodSync(join(path, name), name.endsWith('/') ? 0o755 : 0o664);
    }
    chmodSync(path, 0o755);
  }

  test('makes all files and folders that it contains private to the user', async () => {
    const names = documented();
    expect(names).toContain('wallet-data/');
    expect(names).toContain('identity.key');
    const path = newPath();
    opened(path, [...names, 'identity.key.unreadable-7']);
    await (await openDataDirectory(path)).release();
    expect(modeOf(path)).toBe(0o700);
    const left = names.filter((name) => existsSync(join(path, name)));
    expect(left.length).toBeGreaterThan(15);
    for (const name of left)
      expect([name, modeOf(join(path, name))]).toEqual([name, name.endsWith('/') ? 0o700 : 0o600]);
  });

  test('leaves the permissions of other files and of their folder as they were', async () => {
    const path = newPath();
    opened(path, ['wallet-data/', 'holiday/', 'notes.txt']);
    const elsewhere = newFolder();
    chmodSync(elsewhere, 0o755);
    symlinkSync(elsewhere, join(path, 'blocks'));
    await (await openDataDirectory(path)).release();
    expect(
      ['', 'wallet-data', 'lock', 'holiday', 'notes.txt', 'blocks'].map((name) => modeOf(join(path, name))),
    ).toEqual([0o755, 0o700, 0o700, 0o755, 0o664, 0o755]);
  });
});

test('each platform has its own default folder', () => {
  expect(defaultDataRoot('linux', {})).toBe(join(homedir(), '.local/share/kith'));
  expect(defaultDataRoot('linux', { XDG_DATA_HOME: '/x' })).toBe('/x/kith');
  expect(defaultDataRoot('darwin', {})).toBe(join(homedir(), 'Library/Application Support/Kith'));
  expect(defaultDataRoot('win32', { APPDATA: 'C:\\A' })).toMatch(/^C:\\A.Kith$/);
});

describe('the default folder never depends on the current folder', () => {
  const none = () => [];
  test.each([
    [
      'linux',
      'XDG_DATA_HOME',
      ['', 'rel', './rel', '../rel', '~', '~/x', ' /x'],
      '/home/me/.local/share/kith',
    ],
    ['win32', 'APPDATA', ['', 'rel', 'C:rel', '\\rel', '/rel', '%APPDATA%'], /^C:\\me.AppData.Roaming.Kith$/],
    ['darwin', 'XDG_DATA_HOME', ['rel', '/x'], '/home/me/Library/Application Support/Kith'],
  ] as const)('%s ignores %s when it is not an absolute path', (platform, name, values, expected) => {
    for (const value of values) {
      const homes = () => ['', 'rel', platform === 'win32' ? 'C:\\me' : '/home/me'];
      const root = defaultDataRoot(platform, { [name]: value }, homes);
      expect(root, value).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
      expect(() => defaultDataRoot(platform, { [name]: value }, none), value).toThrow(
        expect.objectContaining({ code: 'datadir-unknown' }) as Error,
      );
    }
  });

  test('an empty path is not a data directory', async () => {
    const before = readdirSync('.');
    expect((await refusal('')).code).toBe('datadir-unusable');
    expect(readdirSync('.')).toEqual(before);
  });
});
