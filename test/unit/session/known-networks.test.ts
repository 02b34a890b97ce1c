import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createKnownNetworks, type KnownNetwork } from '../../../main/session/known-networks.ts';
import { newFolder } from '../../support/folder.ts';

let root: string;
beforeEach(() => {
  root = path.join(newFolder(), 'kith');
});

const entry = (digit: string, openedAt = 1): KnownNetwork => ({
  id: digit.repeat(64),
  name: `net ${digit}`,
  created: true,
  datadir: `net-${digit}`,
  link: null,
  addedAt: 1,
  openedAt,
});
const file = (): string => path.join(root, 'networks.json');

test('remembers networks, the last opened one first, readable by its owner alone', () => {
  const known = createKnownNetworks(root);
  expect([known.isNew(), known.last(), known.list()]).toEqual([true, null, []]);
  known.opened(entry('a'));
  known.opened(entry('b'));
  known.opened(entry('a', 7));
  const again = createKnownNetworks(root);
  expect(again.list()).toEqual([entry('a', 7), entry('b')]);
  expect(again.last()).toBe(entry('a').id);
  expect(again.find(entry('b').id)?.name).toBe('net b');
  expect(again.isNew()).toBe(false);
  expect(readdirSync(root)).toEqual(['networks.json']);
  if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
});

test('keeps a copy of a network file, byte for byte', () => {
  const known = createKnownNetworks(root);
  known.keepFile('a'.repeat(64), 'text\n');
  expect(known.readFile('a'.repeat(64))).toBe('text\n');
  expect(() => known.readFile('b'.repeat(64))).toThrow(
    expect.objectContaining({ code: 'network-file-unreadable' }),
  );
});

test.each([
  ['no JSON', '{'],
  ['another shape', '[]'],
  ['a later version', '{"version":2,"last":null,"networks":[]}'],
  ['a file of more than a mebibyte', `{"version":1,"x":"${'x'.repeat(2 ** 20)}"}`],
  ['a list that never ends', `{"version":1,"last":null,"networks":[${'0,'.repeat(5000)}0]}`],
])('%s counts as empty, and is renamed before it would be overwritten', (_what, text) => {
  mkdirSync(root);
  writeFileSync(file(), text);
  const known = createKnownNetworks(root);
  expect([known.list(), known.last()]).toEqual([[], null]);
  known.opened(entry('a'));
  expect(known.list()).toEqual([entry('a')]);
  expect(readFileSync(`${file()}.old`, 'utf8')).toBe(text);
});

test.each([
  ['a folder elsewhere', { datadir: '../other' }],
  ['an absolute folder', { datadir: '/etc' }],
  ['no folder', { datadir: '' }],
  ['an id that is no hash', { id: 'main' }],
  ['a name of two lines', { name: 'a\nb' }],
  ['a link without end', { link: 'x'.repeat(100_000) }],
  ['a time before all times', { openedAt: -1 }],
])('an entry with %s is left out, and hides no other', (_what, change) => {
  mkdirSync(root);
  const networks = [{ ...entry('a'), ...change }, entry('b'), entry('b', 9), 7, null];
  writeFileSync(file(), JSON.stringify({ version: 1, last: entry('a').id, networks }));
  const known = createKnownNetworks(root);
  expect(known.list()).toEqual([entry('b')]);
  expect(known.last()).toBeNull();
});

test('a folder in place of the file is not an error', () => {
  mkdirSync(file(), { recursive: true });
  expect(createKnownNetworks(root).list()).toEqual([]);
});
