import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { session, type MessagePortMain } from 'electron';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guardContents, guardSession } from '../../main/electron/guard.ts';
import { PAGE_ORIGIN, registerPageScheme, servePage } from '../../main/electron/scheme.ts';
import { createWindow } from '../../main/electron/window.ts';
import { harness } from '../support/electron/harness.ts';

// A page that does what an attacker's script would: the shell must hold without any help of the real page.
const SCRIPT = `
globalThis.ports = [];
window.addEventListener('message', (event) => {
  if (event.data?.type === 'rpc-port') globalThis.ports.push(event.ports[0]);
});`;
const PAGE = `<!doctype html><title>t</title><script src="/assets/a.js"></script><p id="p">here</p>
<script>globalThis.inlineRan = true</script>`;

let folder: string;
let page: Page;
const handed: MessagePortMain[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kith-page-'));
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), PAGE);
  writeFileSync(path.join(folder, 'assets/a.js'), SCRIPT);
  writeFileSync(path.join(folder, '../kith-outside.txt'), 'secret');
  registerPageScheme();
  guardContents();
  guardSession(session.defaultSession);
  servePage(folder, path.join(folder, 'no-licences.txt'));
  const window = createWindow({
    preload: path.resolve('out/preload/index.cjs'),
    connect: (port) => handed.push(port),
    states: { read: () => null, write: () => undefined },
  });
  await window.loadURL(`${PAGE_ORIGIN}/`);
  page = harness.page(window);
});
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true });
  rmSync(path.join(folder, '../kith-outside.txt'), { force: true });
});

const run = <Value>(script: string): Promise<Value> => page.evaluate<Value>(script);
const status = (address: string): Promise<number> =>
  page.evaluate(async (to) => (await fetch(to)).status, address);

test('the page gets one port per load, and nothing of Node.js or Electron', async () => {
  await expect.poll(() => run('ports.length')).toBe(1);
  expect(handed).toHaveLength(1);
  expect(
    await run('[typeof require, typeof process, typeof ipcRenderer, typeof __toMain, typeof electron]'),
  ).toEqual(Array(5).fill('undefined'));
});

test('the content security policy refuses inline scripts and text as markup', async () => {
  expect(await run('globalThis.inlineRan')).toBeUndefined();
  const tries = [
    "const s = document.createElement('script'); s.text = 'globalThis.hit = 1'; document.body.append(s)",
    'document.body.innerHTML = \'<img src=x onerror="globalThis.hit = 1">\'',
    "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "const a = document.createElement('a'); a.href = 'javascript:globalThis.hit=1'; document.body.append(a); a.click()",
  ];
  for (const script of tries) await run(`try { ${script} } catch {} 0`);
  expect(await run('globalThis.hit')).toBeUndefined();
  expect(await run("document.querySelector('b')")).toBeNull();
  expect(harness.errors.join('\n')).toMatch(/Content Security Policy|Trusted/);
});

test.each([
  ['/assets/a.js', 200],
  ['/index.html', 200],
  ['/nothing.js', 404],
  ['/assets', 404],
  ['/..%2fkith-outside.txt', 404],
  ['/%2e%2e/kith-outside.txt', 404],
  ['/assets/..%5c..%5ckith-outside.txt', 404],
  ['//kith-outside.txt', 404],
])('a request for %s gets the status %d', async (address, expected) => {
  expect(await status(`${new URL(page.url()).origin}${address}`)).toBe(expected);
});

test('the page can fetch nothing from other origins, and only by GET', async () => {
  for (const address of ['http://127.0.0.1:9/', 'http://other.localhost/', 'file:///etc/hostname'])
    await expect(status(address)).rejects.toThrow();
  const posted = "fetch('/index.html', { method: 'POST' }).then((answer) => answer.status)";
  expect(await run(posted)).toBe(405);
});

test('no navigation, window, frame or form leads to another origin', async () => {
  const before = page.url();
  const ways = [
    "location.href = 'http://example.org/'",
    "location.assign('app://other/')",
    "window.open('http://example.org/')",
    "const f = document.createElement('iframe'); f.src = 'http://example.org/'; document.body.append(f)",
    "const f = document.createElement('form'); f.action = 'http://example.org/'; document.body.append(f); f.submit()",
  ];
  for (const way of ways) await run(`try { ${way} } catch {} 0`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(page.url()).toBe(before);
  await expect.poll(() => page.context().pages().length).toBe(1);
  expect(await run("document.getElementById('p').textContent")).toBe('here');
});

test('all permissions are refused except writing to the clipboard from our page', () => {
  const { permissionCheck, permissionRequest } = session.defaultSession as unknown as {
    permissionCheck: (contents: unknown, permission: string, origin: string) => boolean;
    permissionRequest: (contents: unknown, permission: string, answer: (yes: boolean) => void) => void;
  };
  for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'hid'])
    expect(permissionCheck(null, permission, 'app://kith')).toBe(false);
  expect(permissionCheck(null, 'clipboard-sanitized-write', 'app://kith')).toBe(true);
  expect(permissionCheck(null, 'clipboard-sanitized-write', 'app://kith.evil')).toBe(false);
  const answers: boolean[] = [];
  const contents = (url: string) => ({ getURL: () => url });
  for (const url of ['app://kith/', 'app://kith.evil/', 'https://app://kith/'])
    permissionRequest(contents(url), 'clipboard-sanitized-write', (yes) => answers.push(yes));
  expect(answers).toEqual([true, false, false]);
});

test('a reload gets a new port, and the old port is closed', async () => {
  const closed = new Promise<void>((resolve) => handed[0]!.on('close', resolve));
  handed[0]!.start();
  await run('setTimeout(() => location.reload())');
  await closed;
  await expect.poll(() => handed.length).toBe(2);
});
