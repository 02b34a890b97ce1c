import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserWindow } from 'electron';
import { expect, test } from 'vitest';
import { createOpener, findOpening } from '../../../main/electron/openings.ts';
import { networkUrl, pageUrl } from '../../../main/electron/links.ts';
import { newFolder } from '../../support/folder.ts';

const FOLDER = path.resolve('/home/user');
const LINK = 'kith:kith1abc?amount=5';

test.each([
  ['a link', ['/usr/bin/kith', '--flag', LINK], { kind: 'link', link: LINK }],
  [
    'a file by its full path',
    ['kith', '/tmp/ours.kith'],
    { kind: 'file', file: path.resolve('/tmp/ours.kith') },
  ],
  [
    'a file in the folder of the second start',
    ['kith', 'ours.kith.json'],
    { kind: 'file', file: path.join(FOLDER, 'ours.kith.json') },
  ],
  [
    'a file by its address',
    ['kith', String(pathToFileURL('/tmp/our net.KITH'))],
    { kind: 'file', file: path.resolve('/tmp/our net.KITH') },
  ],
  ['the first of several', ['kith', LINK, 'b.kith'], { kind: 'link', link: LINK }],
  ['what follows --', ['kith', '--', 'a.kith'], { kind: 'file', file: path.join(FOLDER, 'a.kith') }],
])('finds %s among the arguments of a program', (_what, args, found) => {
  expect(findOpening(args, FOLDER)).toEqual(found);
});

test.each([
  ['another address', 'https://example.org/x.kith'],
  ['the address of a file on another computer', 'file://example.org/x.kith'],
  ['a file of another kind', '/etc/passwd'],
  ['an option', '--load=x.kith'],
  ['an address that cannot be read', 'file:///%2f.kith'],
  ['a path without end', `/${'a'.repeat(5000)}.kith`],
])('does not open %s', (_what, arg) => {
  expect(findOpening(['kith', arg], FOLDER)).toBeNull();
});

test('does not open the network file of an option', () => {
  expect(findOpening(['kith', '--network', 'ours.kith.json'], FOLDER)).toBeNull();
});

const unexpected = (file: string, error: unknown): never => {
  throw new Error(`told that ${file} cannot be read`, { cause: error });
};

/** A window that loads addresses when it is told to. */
function aWindow() {
  const loads: { url: string; done: () => void }[] = [];
  const window = {
    isDestroyed: () => false,
    webContents: { getURL: () => loads.at(-1)?.url ?? '' },
    loadURL: (url: string) => new Promise<void>((done) => loads.push({ url, done })),
  };
  return { window: window as unknown as BrowserWindow, loads, urls: () => loads.map(({ url }) => url) };
}

test('of many links that arrive during a load only the last one is opened', async () => {
  const { window, loads, urls } = aWindow();
  const opener = createOpener(unexpected);
  const done = opener.load(window, null);
  await expect.poll(urls).toHaveLength(1);
  for (let n = 0; n < 1000; n++) void opener.load(window, { kind: 'link', link: `kith:a${n}` });
  loads[0]!.done();
  await expect.poll(urls).toHaveLength(2);
  loads[1]!.done();
  await done;
  expect(urls()).toEqual([pageUrl(null), pageUrl('kith:a999')]);
});

test('a network file is passed to the page as its text', async () => {
  const file = path.join(newFolder(), 'a.kith');
  writeFileSync(file, '{"name":"Ours %&#"}');
  const { window, loads, urls } = aWindow();
  const done = createOpener(unexpected).load(window, { kind: 'file', file });
  await expect.poll(urls).toEqual([networkUrl('{"name":"Ours %&#"}')]);
  loads[0]!.done();
  await done;
});

test.each([
  ['is missing', (file: string) => rmSync(file, { force: true })],
  ['is a folder', (file: string) => mkdirSync(file)],
  ['is too large', (file: string) => writeFileSync(file, 'x'.repeat(70_000))],
  ['is no text', (file: string) => writeFileSync(file, new Uint8Array([0xff, 0xfe, 0]))],
])('a network file that %s is named in a dialog, and the app starts as usual', async (_what, prepare) => {
  const file = path.join(newFolder(), 'a.kith');
  prepare(file);
  const told: string[] = [];
  const { window, loads, urls } = aWindow();
  const done = createOpener((unreadable) => told.push(unreadable)).load(window, { kind: 'file', file });
  await expect.poll(urls).toEqual([pageUrl(null)]);
  loads[0]!.done();
  await done;
  expect(told).toEqual([file]);
});
