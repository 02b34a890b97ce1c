import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { differences } from '../../../tools/packaging/check-linux.ts';
import { buildDeb } from '../../../tools/packaging/deb.ts';
import { filesIn, settle, sizeOf, stage } from '../../../tools/packaging/stage.ts';

const TIME = 1_767_225_600;

function newFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-packaging-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('SOURCE_DATE_EPOCH', String(TIME));
  return folder;
}

/** A program, a library, a text and a link, with the rights of a careless builder. */
function source(folder: string): string {
  const files = { kith: 0o4777, 'libx.so.1': 0o755, 'read me.txt': 0o600 };
  mkdirSync(folder, { recursive: true });
  for (const [name, mode] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), name);
    chmodSync(path.join(folder, name), mode);
  }
  symlinkSync('/opt/Kith/kith', path.join(folder, 'link'));
  return folder;
}

// Windows has neither these rights nor links for everybody; packages for Linux are not built there.
const hasRights = process.platform !== 'win32';
if (!hasRights) console.log('the test of rights in packages is skipped on Windows');

test.skipIf(!hasRights)('everything in a package has one time and the usual rights', () => {
  const folder = newFolder();
  const root = path.join(folder, 'root');
  const from = source(path.join(folder, 'from'));
  stage(root, [`${from}/=/opt/Kith`, `${path.join(from, 'link')}=/usr/bin/kith`]);
  expect(filesIn(root)).toEqual([
    'opt/Kith/kith',
    'opt/Kith/libx.so.1',
    'opt/Kith/link',
    'opt/Kith/read me.txt',
    'usr/bin/kith',
  ]);
  const modes = ['opt', 'opt/Kith/kith', 'opt/Kith/libx.so.1', 'opt/Kith/read me.txt'].map(
    (name) => statSync(path.join(root, name)).mode & 0o7777,
  );
  expect(modes).toEqual([0o755, 0o755, 0o644, 0o644]);
  expect(statSync(path.join(root, 'opt/Kith/kith')).mtimeMs).toBe(TIME * 1000);
  expect(sizeOf(root)).toBe('kithlibx.so.1read me.txt'.length);
});

test('without a time nothing is packaged', () => {
  const folder = newFolder();
  vi.stubEnv('SOURCE_DATE_EPOCH', '');
  expect(() => settle(folder)).toThrow('SOURCE_DATE_EPOCH is not set');
});

test('differences of two packages are named', () => {
  const [first, second] = [
    new Map([
      ['a', '1'],
      ['b', '1'],
    ]),
    new Map([
      ['a', '2'],
      ['c', '1'],
    ]),
  ];
  expect(differences('it', first, second)).toEqual(['it has another a', 'it lacks b', 'it has c too much']);
  expect(differences('it', first, first)).toEqual([]);
});

const hasDpkg = process.platform === 'linux' && tries('dpkg-deb');
if (!hasDpkg) console.log('the test that builds a deb is skipped: dpkg-deb is not installed');

test.skipIf(!hasDpkg)('a deb of the same files is the same, and dpkg reads it', () => {
  const folder = newFolder();
  vi.stubEnv('KITH_PACKAGE_FAST', '1');
  const script = path.join(folder, 'script');
  writeFileSync(script, '#!/bin/sh\nexit 0\n');
  const build = (name: string): string => {
    const root = path.join(folder, name);
    stage(root, [`${source(path.join(folder, `${name}-from`))}/=/opt/Kith`]);
    const output = path.join(folder, `${name}.deb`);
    buildDeb({
      ...{ root, work: folder, output, name: 'kith', version: '0.1.0', architecture: 'amd64' },
      ...{ maintainer: 'Kith <a@example.org>', url: 'https://example.org', license: 'MIT' },
      ...{
        category: 'utils',
        synopsis: 'Money',
        description: `${'long '.repeat(30)}end`,
        depends: ['libc6'],
      },
      ...{ recommends: [], afterInstall: script, afterRemove: script },
    });
    return output;
  };
  const [one, another] = [build('one'), build('another')];
  expect(readFileSync(one).equals(readFileSync(another))).toBe(true);
  const fields = execFileSync('dpkg-deb', ['--field', one], { encoding: 'utf8' });
  expect(fields).toContain('Depends: libc6\n');
  expect(fields).toMatch(/^Description: Money\n long .*\n( long .*\n)* .*end$/m);
  const listed = execFileSync('dpkg-deb', ['--contents', one], { encoding: 'utf8' });
  expect(listed).toMatch(/-rwxr-xr-x root\/root .* \.\/opt\/Kith\/kith\n/);
});

function tries(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
