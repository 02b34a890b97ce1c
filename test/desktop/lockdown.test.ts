import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DesktopApp, launchDesktop } from './support/desktop-app.ts';

// What a script of an attacker inside the page can do. `page.evaluate` is stronger than such a script: the content
// security policy does not apply to it.
let app: DesktopApp;
let page: Page;
/** A server on this computer: whatever reaches it has left the app. */
const reached: string[] = [];
const server = createServer((request, answer) => {
  reached.push(`${request.method} ${request.url}`);
  answer.end('here');
});
server.on('connection', () => reached.push('connection'));
const datagrams = createSocket('udp4');
datagrams.on('message', () => reached.push('datagram'));
let outside: string;
let datagram: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  datagrams.bind(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(datagrams, 'listening')]);
  outside = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  datagram = `127.0.0.1:${datagrams.address().port}`;
  app = await launchDesktop({}, afterAll);
  page = app.page;
  await page.getByText('Welcome to Kith').waitFor();
  // Everything that could leave the window is recorded, and nothing else changes.
  await app.electron.evaluate(({ app: electronApp, shell, session }) => {
    const seen = { windows: 1, opened: [] as string[], downloads: 0 };
    Object.assign(globalThis, { seen: () => seen });
    electronApp.on('browser-window-created', () => seen.windows++);
    electronApp.on('web-contents-created', () => seen.windows++);
    shell.openExternal = (url) => Promise.resolve(void seen.opened.push(url));
    session.defaultSession.on('will-download', (event) => {
      if (!event.defaultPrevented) seen.downloads++;
    });
  });
}, 120_000);

afterAll(() => {
  server.close();
  datagrams.close();
});

/** In the app: what left the window. */
declare function seen(): { windows: number; opened: string[]; downloads: number };

const run = <Value>(script: string): Promise<Value> => page.evaluate<Value>(script);
/** Runs a script that may throw, such as one that a policy refuses. */
const attempt = (script: string): Promise<unknown> =>
  page.evaluate(
    `(async () => { try { return await (async () => { ${script} })() } catch (error) { return String(error) } })()`,
  );

test('the process of the page is in the sandbox of the system', async () => {
  const [pid, preferences] = await app.electron.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    // Not in Electron's types.
    const { getLastWebPreferences } = webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webviewTag } =
      getLastWebPreferences.call(webContents);
    return [
      webContents.getOSProcessId(),
      { sandbox, contextIsolation, nodeIntegration, webviewTag },
    ] as const;
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
  });
  if (process.platform === 'linux') {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
  }
});

test('the page has no API of Node.js or Electron', async () => {
  const names = ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer', '__dirname'];
  expect(await run(`[${names.map((name) => `typeof ${name}`).join(', ')}]`)).toEqual(
    names.map(() => 'undefined'),
  );
});

test('the main process listens to no message of a page', async () => {
  const listening = await app.electron.evaluate(({ ipcMain, BrowserWindow }) => [
    ...ipcMain.eventNames(),
    ...BrowserWindow.getAllWindows()[0]!.webContents.ipc.eventNames(),
  ]);
  // Electron itself listens to errors.
  expect(listening.map(String).filter((name) => name !== 'error')).toEqual([]);
});

test('inline scripts and text made into markup are refused', async () => {
  const scripts = [
    "const s = document.createElement('script'); s.text = 'globalThis.hit = 1'; document.head.append(s)",
    "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"globalThis.hit = 1\">')",
    "const a = document.createElement('a'); a.href = 'javascript:globalThis.hit=1'; document.body.append(a); a.click()",
    "const s = document.createElement('script'); s.src = 'data:text/javascript,globalThis.hit=1'; document.head.append(s)",
    "const f = document.createElement('iframe'); f.srcdoc = '<script>parent.hit = 1</script>'; document.body.append(f)",
  ];
  for (const script of scripts) await attempt(script);
  await attempt('await new Promise((done) => setTimeout(done, 300))');
  expect(await run('globalThis.hit')).toBeUndefined();
});

test.each([
  ['/', 200],
  ['/index.html', 200],
  ['/nothing.js', 404],
  ['/assets', 404],
  ['/..%2f..%2fpackage.json', 404],
  ['/%2e%2e/%2e%2e/package.json', 404],
  ['/..%5c..%5cpackage.json', 404],
  ['//etc/passwd', 404],
  ['/%00', 404],
  ['/index.html%00.js', 404],
])('app://kith%s is answered with %d', async (address, expected) => {
  expect(await attempt(`return (await fetch('app://kith${address}')).status`)).toBe(expected);
});

test.each(['app://other/', 'app://kith.evil/', 'file:///etc/hostname', 'chrome://version/'])(
  'the page cannot fetch %s',
  async (address) => {
    expect(await attempt(`const { status } = await fetch('${address}'); return status`)).toMatch(
      /TypeError|403|404/,
    );
  },
);

/** A script that tries to connect by WebRTC with this server. */
function peerConnection(iceServer: string): string {
  return `
    const peer = new RTCPeerConnection({ iceServers: [${iceServer}] });
    peer.createDataChannel('x');
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise((done) => setTimeout(done, 1500));`;
}

test('the page reaches no other host', async () => {
  const ways = [
    `await fetch('http://${outside}/fetch')`,
    `await fetch('http://${outside}/no-cors', { mode: 'no-cors', method: 'POST', body: 'x' })`,
    `const i = new Image(); i.src = 'http://${outside}/image'; document.body.append(i); await new Promise((done) => { i.onload = i.onerror = done })`,
    `const s = document.createElement('script'); s.src = 'http://${outside}/script'; document.head.append(s); await new Promise((done) => { s.onload = s.onerror = done })`,
    `const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = 'http://${outside}/style'; document.head.append(l)`,
    `const l = document.createElement('link'); l.rel = 'preconnect'; l.href = 'http://${outside}/'; document.head.append(l)`,
    `const l = document.createElement('link'); l.rel = 'prefetch'; l.href = 'http://${outside}/prefetch'; document.head.append(l)`,
    `new WebSocket('ws://${outside}/socket')`,
    `new EventSource('http://${outside}/events')`,
    `navigator.sendBeacon('http://${outside}/beacon', 'x')`,
    `new Worker('http://${outside}/worker.js')`,
    `await navigator.serviceWorker.register('http://${outside}/service.js')`,
    peerConnection(`{ urls: 'stun:${datagram}' }`),
    peerConnection(`{ urls: 'turn:${outside}?transport=tcp', username: 'a', credential: 'b' }`),
  ];
  for (const way of ways) await attempt(way);
  await attempt('await new Promise((done) => setTimeout(done, 500))');
  expect(reached).toEqual([]);
});

test('no navigation, window, frame, form or dropped file leads out of the page', async () => {
  const before = page.url();
  const title = await run('document.title');
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'kith-drop-')), 'page.html');
  writeFileSync(file, '<title>dropped</title>');
  const ways = [
    `location.href = 'http://${outside}/location'`,
    "location.assign('app://other/')",
    "location.replace('file:///etc/hostname')",
    "location.href = 'data:text/html,<title>data</title>'",
    "location.href = URL.createObjectURL(new Blob(['<title>blob</title>'], { type: 'text/html' }))",
    `window.open('http://${outside}/window')`,
    "window.open('app://kith/')",
    "window.open('about:blank')",
    `const a = document.createElement('a'); a.href = 'http://${outside}/anchor'; a.target = '_blank'; document.body.append(a); a.click()`,
    `const f = document.createElement('form'); f.action = 'http://${outside}/form'; f.method = 'post'; document.body.append(f); f.submit()`,
    `const f = document.createElement('iframe'); f.src = 'http://${outside}/frame'; document.body.append(f)`,
    "const w = document.createElement('webview'); w.src = 'file:///etc/hostname'; document.body.append(w)",
    `const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=http://${outside}/meta'; document.head.append(m)`,
  ];
  for (const way of ways) await attempt(way);
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  await attempt('await new Promise((done) => setTimeout(done, 500))');
  expect(page.url()).toBe(before);
  expect(await run('document.title')).toBe(title);
  expect(reached).toEqual([]);
  expect(await app.electron.evaluate(() => seen().windows)).toBe(1);
});

test('the page opens no program of the system', async () => {
  for (const url of [
    'mailto:a@example.org',
    'https://example.org/',
    'file:///bin/sh',
    'kith:x',
    'smb://h/s',
  ]) {
    await attempt(`window.open('${url}')`);
    await attempt(`location.href = '${url}'`);
  }
  await attempt('await new Promise((done) => setTimeout(done, 300))');
  expect(await app.electron.evaluate(() => seen().opened)).toEqual([]);
});

test('the page downloads no file', async () => {
  await attempt(
    "const a = document.createElement('a'); a.href = URL.createObjectURL(new Blob(['x'])); a.download = 'kith-download.txt'; document.body.append(a); a.click()",
  );
  await attempt(
    "const a = document.createElement('a'); a.href = '/index.html'; a.download = 'kith-download.txt'; document.body.append(a); a.click()",
  );
  await attempt('await new Promise((done) => setTimeout(done, 500))');
  expect(await app.electron.evaluate(() => seen().downloads)).toBe(0);
  const folders = [os.homedir(), path.join(os.homedir(), 'Downloads'), os.tmpdir()];
  const found = folders.flatMap((folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  });
  expect(found).not.toContain('kith-download.txt');
});

test.each([
  'accelerometer',
  'ambient-light-sensor',
  'background-fetch',
  'background-sync',
  'clipboard-read',
  'display-capture',
  'geolocation',
  'gyroscope',
  'idle-detection',
  'keyboard-lock',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'nfc',
  'notifications',
  'payment-handler',
  'periodic-background-sync',
  'persistent-storage',
  'pointer-lock',
  'push',
  'screen-wake-lock',
  'speaker-selection',
  'storage-access',
  'top-level-storage-access',
  'window-management',
])('the page does not have the permission %s', async (name) => {
  const query = `return (await navigator.permissions.query({ name: '${name}', userVisibleOnly: true })).state`;
  // A name that this Chromium does not know is refused by an error.
  expect(await attempt(query)).toMatch(/^(denied|prompt|TypeError.*|NotAllowedError.*|NotSupportedError.*)$/);
});

test.each([
  ['camera and microphone', 'await navigator.mediaDevices.getUserMedia({ video: true, audio: true })'],
  ['the microphone', 'await navigator.mediaDevices.getUserMedia({ audio: true })'],
  ['the screen', 'await navigator.mediaDevices.getDisplayMedia({ video: true })'],
  ['the position', 'await new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no))'],
  ['the clipboard for reading', 'await navigator.clipboard.readText()'],
  ['MIDI devices', 'await navigator.requestMIDIAccess({ sysex: true })'],
  ['USB devices', 'await navigator.usb.requestDevice({ filters: [] })'],
  [
    'HID devices',
    'const found = await navigator.hid.requestDevice({ filters: [] }); if (!found.length) throw new Error()',
  ],
  ['serial ports', 'await navigator.serial.requestPort()'],
  ['Bluetooth devices', 'await navigator.bluetooth.requestDevice({ acceptAllDevices: true })'],
  ['fonts of the system', 'const found = await queryLocalFonts(); if (!found.length) throw new Error()'],
  ['the screens', 'await getScreenDetails()'],
  ['idle times', 'if ((await IdleDetector.requestPermission()) !== "granted") throw new Error()'],
  ['notifications', 'if ((await Notification.requestPermission()) !== "granted") throw new Error()'],
  ['storage that is never deleted', 'if (!(await navigator.storage.persist())) throw new Error()'],
  [
    'the pointer',
    'await document.body.requestPointerLock(); if (!document.pointerLockElement) throw new Error()',
  ],
  [
    'the keyboard',
    'await navigator.keyboard.lock(); throw new Error("resolves in a window that is not full screen")',
  ],
  [
    'protected media',
    'await navigator.requestMediaKeySystemAccess("com.widevine.alpha", [{ initDataTypes: ["cenc"], videoCapabilities: [{ contentType: "video/mp4;codecs=avc1.42E01E" }] }])',
  ],
])('the page is refused %s', async (_what, script) => {
  expect(await attempt(`${script}; return 'granted'`)).not.toBe('granted');
});
