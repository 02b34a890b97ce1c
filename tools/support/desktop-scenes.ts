/**
 * Pictures of the desktop app in the real Electron, on a desktop of its own: `desktop-scenes.ts FOLDER`. Started by
 * `npm run screens` as a user for whom Chromium's sandbox runs.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { HELD_APP, release } from '../../test/desktop/support/held-app.ts';
import { type AppPage, createAppPage } from '../../test/support/app-page.ts';
import { type Area, click, pressKeys, startDesk, takePicture, type Theme, windowArea } from './test-desk.ts';

const [target] = process.argv.slice(2);
const PASSWORD = 'of no worth at all';
const WINDOW: Area = { x: 250, y: 90, width: 1000, height: 680 };
/** What is shown around a dialog, so that the window behind it can be recognised. */
const AROUND = 28;
/** The tray is alone in the panel, at its left end. */
const TRAY: Pick<Area, 'x' | 'y'> = { x: 14, y: 14 };
const TRAY_MENU: Area = { x: 0, y: 0, width: 230, height: 190 };
/** For what is drawn without an event: the panel's icon, an opened menu, the focus ring of a dialog. */
const DRAWN_MS = 700;

/** For a first block that takes several times longer than expected. */
const MINED_MS = 120_000;

const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, DRAWN_MS));

interface Shoot {
  /** Takes the window of the app. */
  window(name: string): Promise<void>;
  /** Takes the dialog with this title, which is open or about to open. */
  dialog(name: string, title: string): Promise<void>;
  area(name: string, area: Area): Promise<void>;
}

mkdirSync(target!, { recursive: true });
for (const theme of ['light', 'dark'] as const) await takeTheme(theme);

async function takeTheme(theme: Theme): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-desk-'));
  const desk = await startDesk(folder, theme);
  const app = await _electron.launch({
    executablePath: process.env['KITH_ELECTRON']!,
    chromiumSandbox: true,
    colorScheme: null,
    args: [HELD_APP, '--listen', '/ip4/127.0.0.1/tcp/0', '--datadir', path.join(folder, 'data')],
    env: { ...(process.env as Record<string, string>), ...desk.env },
  });
  try {
    await release(app);
    const page = await app.firstWindow();
    await app.evaluate(
      ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]!.setContentBounds(bounds),
      WINDOW,
    );
    const person = createAppPage(page);
    const shoot = shootInto(theme);
    await firstStart(page, shoot);
    await firstWallet(page, person, shoot);
    await firstCoin(page, person, shoot);
    await payment(person, shoot);
    await person.setMining(true);
    await trayAndClose(app, shoot);
    await crashes(app, shoot);
  } finally {
    app.process().kill('SIGKILL');
    desk.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function shootInto(theme: Theme): Shoot {
  const area = async (name: string, part: Area): Promise<void> => {
    await drawn();
    await takePicture(path.join(target!, `${name}-${theme}.png`), part);
    console.log(`screens: ${name}, ${theme}`);
  };
  return {
    area,
    window: (name) => area(name, { ...WINDOW, y: WINDOW.y - 26, height: WINDOW.height + 26 }),
    async dialog(name, title) {
      const { x, y, width, height } = await windowArea(title);
      await area(name, {
        x: x - AROUND,
        y: y - AROUND,
        width: width + 2 * AROUND,
        height: height + 2 * AROUND,
      });
    },
  };
}

async function firstStart(page: Page, shoot: Shoot): Promise<void> {
  await page.getByRole('heading', { name: 'Choose a network' }).waitFor();
  await shoot.window('first-start');
  await page.getByRole('button', { name: 'Create a network' }).click();
  await page.getByLabel('Network name').fill('Our street');
  await page.getByLabel('Time between blocks').fill('60');
  await shoot.window('create-network');
  // Fewer seconds, so that the first block is found soon.
  await page.getByLabel('Time between blocks').fill('8');
  await page.getByRole('button', { name: 'Create network' }).click();
  await page.getByLabel('Progress of the first block').waitFor();
  await shoot.window('first-block');
  await page.getByRole('heading', { name: 'Join link' }).waitFor({ timeout: MINED_MS });
  await shoot.window('network-created');
}

/** Password and recovery phrase of a wallet on the new network. */
async function firstWallet(page: Page, person: AppPage, shoot: Shoot): Promise<void> {
  await person.go('new-wallet');
  await page.getByLabel('Wallet name').fill('Everyday');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await shoot.window('password');
  await page.getByRole('button', { name: 'Create wallet' }).click();
  await page.getByText('is ready to receive').waitFor();
  await shoot.window('wallet-ready');
  await page.getByRole('link', { name: 'Write down the phrase' }).click();
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await page.getByRole('button', { name: 'Show phrase' }).click();
  await page.getByRole('list', { name: 'Recovery phrase' }).waitFor();
  await shoot.window('recovery-phrase');
}

/** On the demo network, where other nodes pay. */
async function firstCoin(page: Page, person: AppPage, shoot: Shoot): Promise<void> {
  await person.go('networks');
  await page.getByRole('button', { name: 'Try the demo' }).click();
  await page.getByText('Welcome to Kith').waitFor();
  await shoot.window('welcome');
  await page.getByRole('link', { name: 'Create wallet' }).click();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create wallet' }).click();
  await person.waitForSpendable(0.01);
  await person.go('home');
  await page.getByText('Received').first().waitFor();
  await shoot.window('first-coin');
}

async function payment(person: AppPage, shoot: Shoot): Promise<void> {
  await person.pay(await person.address(), '0.001', PASSWORD);
  await shoot.dialog('confirm-payment', 'Confirm payment');
  await pressKeys('Escape');
  await person.go('home');
}

async function trayAndClose(app: ElectronApplication, shoot: Shoot): Promise<void> {
  // The menu is built again a second after mining has started.
  for (let wait = 0; wait < 4; wait++) await drawn();
  await click(TRAY, 3);
  await shoot.area('tray-menu', TRAY_MENU);
  await pressKeys('Escape');
  await app.evaluate(({ BrowserWindow }) => setImmediate(() => BrowserWindow.getAllWindows()[0]!.close()));
  await shoot.dialog('close-to-tray', 'Kith');
  await pressKeys('Escape');
}

function crashPage(app: ElectronApplication): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => {
    setImmediate(() => BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer());
  });
}

async function crashes(app: ElectronApplication, shoot: Shoot): Promise<void> {
  for (const crash of [1, 2, 3, 4]) {
    await crashPage(app);
    await windowArea('Kith');
    if (crash === 1) await shoot.dialog('page-reloaded', 'Kith');
    if (crash === 4) await shoot.dialog('page-crashes', 'Kith');
    await pressKeys('Return');
    await drawn();
  }
  for (const end of [1, 2, 3]) {
    await endNode(app);
    await windowArea('Kith');
    if (end === 1) await shoot.dialog('node-stopped', 'Kith');
    if (end === 3) await shoot.dialog('node-refused', 'Kith');
    await pressKeys('Return');
    await drawn();
  }
}

/** Ends the node's thread as a crash does. The thread is found by the next message to it, which a reload of the page sends. */
function endNode(app: ElectronApplication): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function postMessage(this: InstanceType<typeof Worker>, ...args) {
      Worker.prototype.postMessage = post;
      post.apply(this, args);
      void this.terminate();
    };
    setImmediate(() => BrowserWindow.getAllWindows()[0]!.webContents.reload());
  });
}
