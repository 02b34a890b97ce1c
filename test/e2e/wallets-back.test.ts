import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import { demoNodeArgs } from '../../main/demo/demo-nodes.ts';
import { createChildLauncher } from '../../main/demo/launch.ts';
import { startNodeProcess } from '../../main/demo/node-process.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { CHROMIUM_ARGS, findChromium } from '../support/chromium.ts';

// A wallet file that was deleted while the node did not run, and a recovery phrase that is restored a second time.
const PASSWORD = 'correct horse battery';
const launcher = createChildLauncher();
let folder: string;
let browser: Browser;
let page: Page;
let client: KithClient;
let mnemonic: string;
let firstAddress: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kith-back-'));
  const start = () => startNodeProcess(launcher.launch, demoNodeArgs(path.join(folder, 'node'), []));
  const first = await start();
  const before = await connect(first);
  ({ mnemonic } = await before.client.wallet.create({ name: 'Everyday', password: PASSWORD, words: 12 }));
  ({ address: firstAddress } = await before.client.wallet.address({ name: 'Everyday' }));
  // The second write of the file leaves the first one as its previous version.
  await before.client.wallet.newAddress({ name: 'Everyday' });
  before.close();
  await first.stop();
  const file = path.join(folder, 'node', 'wallets', 'Everyday.kithwallet');
  expect(existsSync(file)).toBe(true);
  rmSync(file);

  const node = await start();
  ({ client } = await connect(node));
  browser = await chromium.launch({ executablePath: findChromium()!, args: [...CHROMIUM_ARGS] });
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(`${node.api}#token=${readFileSync(node.tokenFile, 'utf8').trim()}`);
  await page.getByText('Welcome to Kith').waitFor();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await launcher.endAll();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
const names = async () => (await client.wallet.list({})).map(({ name }) => name);

test('Settings lists a deleted wallet and restores it with its password', async () => {
  await go('settings');
  const heading = page.getByRole('heading', { name: 'Deleted wallets' });
  await heading.waitFor();
  await page.getByTitle(firstAddress).waitFor();
  expect(await names()).toEqual([]);
  await press('Restore');
  await heading.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Recovery phrase and password' }).waitFor();
  expect(await names()).toEqual(['Everyday']);
  expect((await client.wallet.words({ name: 'Everyday', password: PASSWORD })).mnemonic).toBe(mnemonic);
});

test('a recovery phrase that is already open is restored again only by “Restore anyway”', async () => {
  await go('restore-wallet');
  await fill('Recovery phrase', mnemonic);
  await press('Check phrase');
  await page.getByText(/The wallet .*Everyday.* has the same recovery phrase/).waitFor();
  expect(await page.getByRole('button', { name: 'Continue', exact: true }).count()).toBe(0);
  expect(await names()).toEqual(['Everyday']);
  await press('Restore anyway');
  await fill('Wallet name', 'Twin');
  await fill('Password', PASSWORD);
  await fill('Repeat password', PASSWORD);
  await press('Restore wallet');
  await page.getByRole('heading', { name: 'Wallet restored' }).waitFor();
  expect(await names()).toEqual(['Everyday', 'Twin']);
  expect((await client.wallet.words({ name: 'Twin', password: PASSWORD })).mnemonic).toBe(mnemonic);
});
