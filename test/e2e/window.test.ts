import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAppPage, type AppPage } from '../support/app-page.ts';
import { harness } from '../support/electron/harness.ts';

// The whole desktop app, unmodified: main.ts, the shell, the node on its thread, the built page in a real Chromium.
// Only the module `electron` is a stand-in.
const PASSWORD = 'correct horse battery';
let folder: string;
let person: AppPage;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kith-window-'));
  process.argv = [
    ...['electron', '.', '--network', 'local', '--datadir', folder],
    ...['--listen', '/ip4/127.0.0.1/tcp/0'],
  ];
  await import('../../main/main.ts');
  person = createAppPage(await harness.opened.promise);
  await person.page.getByText('Welcome to Kith').waitFor();
}, 60_000);

afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the window has a sandbox, context isolation and no Node.js', () => {
  const [window] = BrowserWindow.getAllWindows() as unknown as { options: { webPreferences: object } }[];
  expect(window!.options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
  });
});

test('a user creates a wallet and mines in the window', async () => {
  expect(await person.makeWallet('Everyday', PASSWORD)).toHaveLength(24);
  await person.setMining(true);
  await person.waitForSpendable(20);
  await person.setMining(false);
});

test('a payment is sent only after the user agrees in the native dialog, which shows the whole payment', async () => {
  const to = await person.address();
  // Nobody at the dialog: it cancels.
  await person.pay(to, '1.5', PASSWORD);
  await expect.poll(() => harness.dialogs.length).toBe(1);
  const [dialog] = harness.dialogs;
  expect(dialog!.message).toBe('Send 1.5 KITH from “Everyday”?');
  expect(dialog!.detail!.replaceAll(' ', '')).toContain(to);
  expect(dialog!.detail).toContain('Fee: ');
  expect(dialog!.defaultId).toBe(0);
  await person.page.getByRole('button', { name: /^Send / }).waitFor();

  harness.answerDialog = () => 1;
  await person.page.getByRole('button', { name: /^Send / }).click();
  await person.page.getByRole('heading', { name: /Payment|Payment to yourself/ }).waitFor();
  expect(harness.dialogs).toHaveLength(2);
});

test('a reload of the page shows the same wallet and sends nothing', async () => {
  const [window] = BrowserWindow.getAllWindows();
  await (window!.webContents as unknown as { reload(): Promise<void> }).reload();
  await person.go('home');
  await person.page.getByText('Everyday').first().waitFor();
  expect(harness.dialogs).toHaveLength(2);
});

test('a payment link from outside only fills in the form', async () => {
  const to = await person.address();
  app.emit('second-instance', {}, ['kith', `kith:${to}?amount=250000000`], '', {});
  await expect.poll(() => person.page.getByLabel('To', { exact: true }).inputValue()).toContain(to);
  expect(await person.page.getByLabel('Amount', { exact: true }).inputValue()).toBe('2.5');
  expect(harness.dialogs).toHaveLength(2);
});

test('the page has logged no errors, and quitting closes all windows', async () => {
  expect(harness.errors).toEqual([]);
  app.quit();
  expect(await harness.quit.promise).toBe(0);
  expect(BrowserWindow.getAllWindows()).toEqual([]);
});
