import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Rectangle } from 'electron';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DesktopApp, launchDesktop, newFolder } from './support/desktop-app.ts';

const WELCOME = 'Welcome to Kith';

function boundsOf({ electron }: DesktopApp): Promise<Rectangle> {
  return electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
}
function zoomOf({ electron }: DesktopApp): Promise<number> {
  return electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.getZoomLevel(),
  );
}
/** Chooses an item of the application menu as a user does. */
function choose({ electron }: DesktopApp, menu: string, label: string): Promise<void> {
  return electron.evaluate(
    ({ Menu, BrowserWindow }, [inMenu, named]) => {
      const { items } = Menu.getApplicationMenu()!;
      const found = items.find((each) => each.label === inMenu)!.submenu!.items;
      const [window] = BrowserWindow.getAllWindows();
      found.find((each) => each.label === named)!.click(undefined, window, window!.webContents);
    },
    [menu, label] as const,
  );
}

test('position, size and zoom of the window are the same at the next start', async () => {
  const datadir = newFolder();
  const bounds = { x: 60, y: 40, width: 900, height: 640 };
  const first = await launchDesktop({ datadir });
  await first.page.getByText(WELCOME).waitFor();
  await first.electron.evaluate(({ BrowserWindow }, place) => {
    BrowserWindow.getAllWindows()[0]!.setBounds(place);
  }, bounds);
  await choose(first, 'View', 'Zoom in');
  await expect.poll(() => zoomOf(first)).toBeGreaterThan(0);
  const zoom = await zoomOf(first);
  expect(await first.quit()).toBe(0);

  const second = await launchDesktop({ datadir });
  await second.page.getByText(WELCOME).waitFor();
  expect(await boundsOf(second)).toEqual(bounds);
  expect(await zoomOf(second)).toBeCloseTo(zoom);
  expect(await second.quit()).toBe(0);
});

test('a window that was stored off screen opens on the screen', async () => {
  const datadir = newFolder();
  const first = await launchDesktop({ datadir });
  await first.page.getByText(WELCOME).waitFor();
  await first.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setSize(800, 600));
  expect(await first.quit()).toBe(0);
  const file = path.join(datadir, 'window.json');
  const stored = readFileSync(file, 'utf8');
  expect(stored).toContain('"width": 800');
  writeFileSync(file, stored.replace(/"x": -?\d+/, '"x": 90000').replace(/"y": -?\d+/, '"y": -90000'));

  const second = await launchDesktop({ datadir });
  await second.page.getByText(WELCOME).waitFor();
  const { x, y, width, height } = await boundsOf(second);
  expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
  const { size } = await second.electron.evaluate(({ screen }) => screen.getPrimaryDisplay());
  expect(x + width).toBeLessThanOrEqual(size.width);
  expect(y + height).toBeLessThanOrEqual(size.height);
  expect(await second.quit()).toBe(0);
});

describe('an open window', () => {
  let app: DesktopApp;
  beforeAll(async () => {
    app = await launchDesktop({}, afterAll);
    await app.page.getByText(WELCOME).waitFor();
  });

  test('the page and the colour behind it follow the theme of the system live', async () => {
    const seen = async (theme: 'light' | 'dark') => {
      const background = await app.electron.evaluate(({ nativeTheme, BrowserWindow }, source) => {
        nativeTheme.themeSource = source;
        return BrowserWindow.getAllWindows()[0]!.getBackgroundColor();
      }, theme);
      const dark = await app.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
      return { background: background.toUpperCase(), dark };
    };
    // Playwright emulates a light theme in a page unless told not to.
    await app.page.emulateMedia({ colorScheme: null });
    await expect.poll(() => seen('dark')).toEqual({ background: '#131412', dark: true });
    await expect.poll(() => seen('light')).toEqual({ background: '#FBFAF7', dark: false });
  });

  test('the menu opens screens without loading the page again', async () => {
    await app.page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    await choose(app, 'Go', 'Peers');
    await app.page.getByRole('heading', { name: 'Peers', level: 1 }).waitFor();
    await choose(app, 'Kith', 'Settings');
    await app.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    await choose(app, 'Kith', 'Settings');
    expect(await app.page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
  });

  test('About shows the versions, and the licences in a window without scripts', async () => {
    await choose(app, 'Kith', 'About Kith');
    await expect.poll(async () => (await app.dialogs()).length).toBe(1);
    const [about] = await app.dialogs();
    expect(about!.message).toMatch(/^Kith \d+\.\d+\.\d+/);
    expect(about!.detail).toMatch(/^Electron \d+\.\d+\.\d+$/m);
    // Written by `npm run build`.
    const built = existsSync('out/licences.txt');
    expect(about!.buttons).toEqual(built ? ['Close', 'Show licences'] : ['Close']);
    if (built) {
      await app.press('Show licences');
      const [licences] = await Promise.all([
        app.electron.waitForEvent('window'),
        choose(app, 'Kith', 'About Kith'),
      ]);
      await licences.getByText('Kith uses the software below.').waitFor();
      const kept = await app.electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map((window) => window.getTitle()),
      );
      expect(kept).toContain('Licences of Kith');
    }
  });

  test('a right click in a field offers to paste, and spelling is not checked', async () => {
    await app.electron.evaluate(({ Menu }) => {
      const shown: string[][] = [];
      Object.assign(globalThis, { menus: () => shown });
      Menu.prototype.popup = function popup() {
        shown.push(this.items.map(({ label }) => label).filter((label) => label !== ''));
      };
    });
    await app.page.keyboard.press('Control+k');
    // The screen behind the palette may have fields of its own.
    const field = app.page.getByRole('dialog').getByRole('combobox');
    await field.fill('misspeled wrod');
    await field.click({ button: 'right' });
    await expect
      .poll(() => app.electron.evaluate(() => menus()))
      .toEqual([['Cut', 'Copy', 'Paste', 'Select all']]);
    const checked = await app.electron.evaluate(({ session }) =>
      session.defaultSession.isSpellCheckerEnabled(),
    );
    expect(checked).toBe(false);
  });

  test('closes with the app, which quits in order', async () => {
    expect(await app.quit()).toBe(0);
  });
});

/** In the app: the labels of every menu that was shown. */
declare function menus(): string[][];
