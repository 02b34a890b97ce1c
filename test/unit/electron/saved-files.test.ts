import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DownloadItem, Session } from 'electron';
import { expect, onTestFinished, test, vi } from 'vitest';
import { guardDownloads, savedFile } from '../../../main/electron/saved-files.ts';
import { PAGE_ORIGIN } from '../../../main/electron/page-headers.ts';
import type { DesktopEvent } from '../../../shared/contract/desktop.ts';

/** Whether files can be deleted; on Windows not while another program has them open. */
let isDeletable = true;
vi.mock('electron', () => ({ app: { getPath: () => '/downloads' } }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    rm: (...given: Parameters<typeof real.rm>) =>
      isDeletable ? real.rm(...given) : Promise.reject(new Error('EBUSY')),
  };
});

const offered = (name: string, { bytes = 100, url = `blob:${PAGE_ORIGIN}/1` } = {}) =>
  savedFile({ getURL: () => url, getFilename: () => name, getTotalBytes: () => bytes })?.title;

test.each([
  ['Friends-1.kith.json', 'Save network file'],
  ['signed.kithpayment', 'Save payment'],
  ['payment-0123456789ab.kithproof', 'Save payment proof'],
  ['Ella’s savings.kithsetup', 'Save set-up'],
  ['می\u200cخواهم.kithkeys', 'Save public keys'],
  ['Everyday labels 2026-11-30.jsonl', 'Save labels'],
  ['Everyday payments 2026-11-30.json', 'Save payments'],
  ['Everyday payments 2026-11-30.csv', 'Save payments'],
  ['kith-request-0a1b2c3d.png', 'Save picture'],
  ['kith-map-world.png', 'Save picture'],
  ['kith-request-0a1b2c3d.svg', 'Save QR code'],
])('the page may offer %s', (name, title) => {
  expect(offered(name)).toBe(title);
});

test.each([
  ...[
    'Kith.desktop',
    'run.sh',
    'a.exe',
    'Everyday.kithbackup',
    'Everyday.kithwallet',
    'csv',
    '.csv',
    '-a.csv',
  ],
  ...[
    'a/b.csv',
    '..\\a.csv',
    'a\u202egnp.csv',
    'picture.svg',
    'kith-request-0a1b2c3d.svg.exe',
    'payment-1.kithproof',
  ],
  `${'a'.repeat(200)}.csv`,
])('the page may not offer %s', (name) => {
  expect(offered(name)).toBeUndefined();
});

test('a file that is too large, or of another origin, may not be offered', () => {
  expect(offered('a.kithsetup', { bytes: 4_000_001 })).toBeUndefined();
  expect(offered('a.csv', { url: 'https://example.org/a.csv' })).toBeUndefined();
  expect(offered('a.csv', { url: `blob:${PAGE_ORIGIN}.example.org/1` })).toBeUndefined();
});

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="9"><path fill="#fff" d="M0 0h9v9"/><path d="M1 1h1"/></svg>\n`;

/** Saves a picture in which `put` writes; gives the file, what the page hears first, and how it ends. */
async function saved(put: (file: string) => void) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-saved-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'kith-request-0a1b2c3d.svg');
  put(file);
  const session = new EventEmitter();
  const told: DesktopEvent[] = [];
  const ended = Promise.withResolvers<DesktopEvent>();
  guardDownloads(session as unknown as Session, {
    send(event) {
      told.push(event);
      if (event.kind !== 'file-seen') ended.resolve(event);
    },
  });
  const item = Object.assign(new EventEmitter(), {
    getURL: () => `blob:${PAGE_ORIGIN}/1`,
    getFilename: () => path.basename(file),
    getTotalBytes: () => PICTURE.length,
    getSavePath: () => file,
    setSaveDialogOptions: () => undefined,
  } satisfies Partial<DownloadItem>);
  session.emit('will-download', new Event('will-download'), item);
  item.emit('done', new Event('done'), 'completed');
  const event = await ended.promise;
  return { file, first: told[0], event };
}

test('a picture of the expected form is kept, and the page hears that it was saved', async () => {
  const { file, event } = await saved((place) => writeFileSync(place, PICTURE));
  expect(event).toMatchObject({ saved: true, problem: null });
  expect(existsSync(file)).toBe(true);
});

test('the page hears that its file is seen before it hears the end', async () => {
  const { first } = await saved((place) => writeFileSync(place, PICTURE));
  expect(first).toEqual({ kind: 'file-seen', url: `blob:${PAGE_ORIGIN}/1` });
});

test('a picture of another form is deleted, and the page hears that it was refused', async () => {
  const { file, event } = await saved((place) => writeFileSync(place, '<svg onload="steal()"/>'));
  expect(event).toMatchObject({ saved: false, problem: { code: 'save-refused' } });
  expect(existsSync(file)).toBe(false);
});

test('a picture that cannot be read again is kept, and the page hears that saving failed', async () => {
  // A folder cannot be read as a file, not even by root.
  const { file, event } = await saved((place) => mkdirSync(place));
  expect(event).toMatchObject({ saved: false, problem: { code: 'save-failed' } });
  expect(existsSync(file)).toBe(true);
});

test('the page hears the end also if a picture of another form cannot be deleted', async () => {
  isDeletable = false;
  onTestFinished(() => void (isDeletable = true));
  const { event } = await saved((place) => writeFileSync(place, '<svg onload="steal()"/>'));
  expect(event).toMatchObject({ saved: false, problem: { code: 'save-failed' } });
});
