import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type DesktopApp, launchDesktop } from './support/desktop-app.ts';

/** The crash reports of a kind. */
function reports({ datadir }: DesktopApp, kind: string): Record<string, unknown>[] {
  const folder = path.join(datadir, 'crash-reports');
  return readdirSync(folder)
    .filter((name) => name.endsWith(`-${kind}.json`))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Record<string, unknown>);
}

/** Ends the process of the page, as a crash does. */
function crashPage({ electron }: DesktopApp): Promise<void> {
  return electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer();
  });
}

/** The text of the window's page; empty while there is none. Playwright gives up a page that crashed. */
function pageText({ electron }: DesktopApp): Promise<string> {
  return electron.evaluate(async ({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    if (webContents.isCrashed() || webContents.isLoading()) return '';
    return (await webContents.executeJavaScript('document.body.innerText')) as string;
  });
}

const messagesOf = async (app: DesktopApp): Promise<string[]> =>
  (await app.dialogs()).map(({ message }) => message);

const RELOADED = 'The content of the window stopped unexpectedly and was reloaded.';
const TOO_OFTEN = 'The content of the window stopped several times within a minute.';

test('a page that crashes is reloaded automatically, and after three times the user is asked', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  for (const crash of [1, 2, 3]) {
    await crashPage(app);
    await expect.poll(() => messagesOf(app)).toEqual(Array(crash).fill(RELOADED));
    await expect.poll(() => pageText(app)).toContain('Welcome to Kith');
  }
  await app.press('Reload');
  await crashPage(app);
  await expect.poll(() => messagesOf(app)).toContain(TOO_OFTEN);
  await expect.poll(() => pageText(app)).toContain('Welcome to Kith');
  expect(reports(app, 'page')).toHaveLength(4);
  expect(reports(app, 'page')[0]).toMatchObject({ kind: 'page', details: { endedByUser: false } });
  // Windows has other permissions.
  if (process.platform !== 'win32')
    expect(statSync(path.join(app.datadir, 'crash-reports')).mode & 0o77).toBe(0);
  expect(await app.quit()).toBe(0);
});

test('a user who declines to load a page again after many crashes quits the app', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  for (const crash of [1, 2, 3]) {
    await crashPage(app);
    await expect.poll(() => messagesOf(app)).toHaveLength(crash);
    await expect.poll(() => pageText(app)).toContain('Welcome to Kith');
  }
  await crashPage(app).catch(() => undefined);
  expect(await app.ended).toBe(0);
});

test('a page that hangs is reloaded when the user asks for it', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  await app.press('Reload');
  // What Electron reports after some seconds without an answer to an input.
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.emit('unresponsive'));
  await expect.poll(() => messagesOf(app)).toEqual(['The window does not respond.']);
  await expect.poll(() => reports(app, 'page')).toHaveLength(1);
  await expect.poll(() => pageText(app)).toContain('Welcome to Kith');
  expect(await messagesOf(app)).toEqual(['The window does not respond.']);
  expect(await app.quit()).toBe(0);
});

test('a graphics process that crashes is reported and started again', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  const graphics = (): Promise<number | undefined> =>
    app.electron.evaluate(({ app: electronApp }) => {
      return electronApp.getAppMetrics().find(({ type }) => type === 'GPU')?.pid;
    });
  const first = await graphics();
  expect(first).toBeTypeOf('number');
  process.kill(first!, 'SIGKILL');
  await expect.poll(() => reports(app, 'child')).toMatchObject([{ details: { type: 'GPU' } }]);
  await expect.poll(async () => [undefined, first].includes(await graphics())).toBe(false);
  expect(await app.dialogs()).toEqual([]);
  expect(await pageText(app)).toContain('Welcome to Kith');
  expect(await app.quit()).toBe(0);
});

test('an exception in the main process is reported, and the app quits in order', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  await app.electron.evaluate(() => {
    setImmediate(() => {
      throw new Error('a bug of the shell');
    });
  });
  expect(await app.ended).toBe(0);
  expect(app.errors()).toContain('a bug of the shell');
  expect(reports(app, 'main')).toMatchObject([{ details: { error: { message: 'a bug of the shell' } } }]);
});
