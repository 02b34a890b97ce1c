import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, chromium, type Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChildLauncher } from '../../main/demo/launch.ts';
import { followSession, type SessionProcess } from '../../tools/support/session-process.ts';
import { createAppPage } from '../support/app-page.ts';
import { CHROMIUM_ARGS, findChromium } from '../support/chromium.ts';
import { BROWSER_CHILD } from '../support/programs.ts';

// The app for a browser as `npm start` runs it, with real nodes, and a person at the page.
const SCREENS = path.resolve('out/screens');
const launcher = createChildLauncher(BROWSER_CHILD);
let folder: string;
let browser: Browser;
let app: SessionProcess;
let page: Page;
const errors: string[] = [];

async function start(root: string): Promise<{ app: SessionProcess; page: Page }> {
  const args = ['--datadir', path.join(folder, root), '--listen', '/ip4/127.0.0.1/tcp/0'];
  const started = await followSession(launcher.launch(args));
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const opened = await context.newPage();
  opened.on('pageerror', (error) => errors.push(String(error)));
  await opened.goto(`${started.api}#token=${readFileSync(started.tokenFile, 'utf8').trim()}`);
  return { app: started, page: opened };
}

const go = (place: string): Promise<void> => createAppPage(page).go(place);
const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
/** The network that the rail names. */
const isOpen = (name: string): Promise<void> =>
  page.getByRole('navigation').getByText(name, { exact: true }).waitFor();

/** What axe finds, and a screenshot in both themes. */
async function look(name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(SCREENS, `networks-${name}-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode()
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  }
}

beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  folder = mkdtempSync(path.join(os.tmpdir(), 'kith-networks-'));
  browser = await chromium.launch({ executablePath: findChromium()!, args: [...CHROMIUM_ARGS] });
  ({ app, page } = await start('mine'));
}, 120_000);

afterAll(async () => {
  await browser.close();
  await launcher.endAll();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test('the first start shows three ways to a network, at every width', async () => {
  await page.getByRole('heading', { name: 'Choose a network' }).waitFor();
  expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'Join a network',
    'Create a network',
    'Try the demo',
  ]);
  for (const width of [400, 800, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await look('cards');
});

test('an invalid link and an invalid file are reported and open no network', async () => {
  await press('Join a network');
  await page.getByLabel('Join link').fill('kith:join?id=1');
  await press('Show network');
  await page.getByText('This is not a join link.', { exact: false }).waitFor();
  await page.getByLabel('Network file').setInputFiles({
    name: 'x.kith.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"kith":1,"name":"x"}'),
  });
  await page.getByText('The network file is not valid', { exact: false }).waitFor();
  await look('join');
  await page.getByRole('button', { name: 'Back' }).click();
});

test('a creation can be cancelled, and then tried again', async () => {
  await press('Create a network');
  await page.getByLabel('Network name').fill('Slow');
  await page.getByLabel('Time between blocks').fill('3600');
  await press('Create network');
  await page.getByText('Mining the first block of Slow').waitFor();
  await press('Cancel');
  expect(await page.getByLabel('Network name').inputValue()).toBe('Slow');
});

test('a user creates a network, gets a link with a QR code, and saves the network file', async () => {
  await page.getByLabel('Network name').fill('Our street');
  await page.getByLabel('Time between blocks').fill('1');
  await press('Create network');
  await page.getByRole('heading', { name: 'Join link' }).waitFor({ timeout: 120_000 });
  await isOpen('Our street network');
  await page.getByRole('img', { name: 'Join link of this network' }).waitFor();
  await look('share');
  const saving = page.waitForEvent('download');
  await press('Save network file');
  const download = await saving;
  expect(download.suggestedFilename()).toBe('Our-street.kith.json');
  await download.saveAs(path.join(folder, 'ours.kith.json'));
  expect(readFileSync(path.join(folder, 'ours.kith.json'), 'utf8')).toContain('"name": "Our street"');
});

test('another computer joins by the link, and both are one network', async () => {
  const link = await page.locator('.link.mono').textContent();
  const other = await start('theirs');
  await other.page.getByRole('button', { name: 'Join a network' }).click();
  await other.page.getByLabel('Join link').fill(`  ${link}\n`);
  await other.page.getByRole('button', { name: 'Show network' }).click();
  await other.page.getByText('1 of 1 answered').waitFor();
  await other.page.getByRole('button', { name: 'Join network' }).click();
  await other.page.getByText(/with 1 peer/).waitFor({ timeout: 60_000 });
  await other.page.context().close();
  await other.app.stop();
});

test('another computer joins by the file', async () => {
  const other = await start('third');
  await other.page.getByRole('button', { name: 'Join a network' }).click();
  await other.page.getByLabel('Network file').setInputFiles(path.join(folder, 'ours.kith.json'));
  await other.page.getByRole('heading', { name: 'Join this network?' }).waitFor();
  await other.page.getByRole('button', { name: 'Join network' }).click();
  await other.page.getByRole('navigation').getByText('Our street network').waitFor();
  await other.page.context().close();
  await other.app.stop();
});

test('a wallet of one network is not seen in the demo, and is there again afterwards', async () => {
  await createAppPage(page).makeWallet('Street money', 'correct horse battery');
  await go('networks');
  await press('Try the demo');
  await isOpen('Demo network');
  await page.getByText('Welcome to Kith').waitFor();
  expect(await page.getByText('Street money').count()).toBe(0);
  await page.getByText(/with [3-9] peers/).waitFor({ timeout: 120_000 });
  await go('networks');
  await press('Switch to Our street');
  await isOpen('Our street network');
  await page.getByText('Street money').first().waitFor();
});

test('the last network opens at the next start, with its wallet', async () => {
  await page.context().close();
  await app.stop();
  ({ app, page } = await start('mine'));
  await isOpen('Our street network');
  await page.getByText('Street money').first().waitFor();
});

test('a network that no longer opens leads back to the list of networks, with the reason', async () => {
  await page.context().close();
  await app.stop();
  const known = path.join(folder, 'mine/networks.json');
  const { last } = JSON.parse(readFileSync(known, 'utf8')) as { last: string };
  writeFileSync(path.join(folder, `mine/networks/${last}.kith.json`), '{"kith":1}');
  ({ app, page } = await start('mine'));
  await page.getByText('The network file is not valid', { exact: false }).waitFor();
  await press('Join a network');
  await page.getByLabel('Network file').setInputFiles(path.join(folder, 'ours.kith.json'));
  await press('Join network');
  await isOpen('Our street network');
  await page.getByText('Street money').first().waitFor();
});

test('stopping in Settings ends the program', async () => {
  await go('settings');
  await press('Stop the node');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
  expect(await app.ended).toBe('exit code 0');
  expect(errors).toEqual([]);
});
