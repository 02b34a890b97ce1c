import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// A wallet file that was deleted while the node did not run, a recovery phrase that is restored a second time, and a wallet
// that another client creates.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let mnemonic: string;
let firstAddress: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const first = await pages.startNode('node');
  const before = await connect(first);
  ({ mnemonic } = await before.client.wallet.create({ name: 'Everyday', password: PASSWORD, words: 12 }));
  ({ address: firstAddress } = await before.client.wallet.address({ name: 'Everyday' }));
  // The second write of the file leaves the first one as its previous version.
  await before.client.wallet.newAddress({ name: 'Everyday' });
  before.close();
  await first.stop();
  const file = path.join(pages.folder, 'node', 'wallets', 'Everyday.kithwallet');
  expect(existsSync(file)).toBe(true);
  rmSync(file);

  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  page = await pages.open(node);
  await page.getByText('Welcome to Kith').waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

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
  await press('Restore wallet');
  await page.getByRole('heading', { name: 'Wallet restored' }).waitFor();
  expect(await names()).toEqual(['Everyday', 'Twin']);
  expect((await client.wallet.words({ name: 'Twin', password: PASSWORD })).mnemonic).toBe(mnemonic);
});

test('a wallet that another client creates is shown without waiting for a timer', async () => {
  await page.clock.install();
  await page.reload();
  await go('settings');
  const wallets = page.locator('section', {
    has: page.getByRole('heading', { name: 'Wallets', exact: true }),
  });
  await wallets.getByText('Twin', { exact: true }).waitFor();
  // No timer of the page runs from now on.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 60_000);
  await client.wallet.create({ name: 'Savings', password: PASSWORD, words: 12 });
  await wallets.getByText('Savings', { exact: true }).waitFor();
  expect(await names()).toEqual(['Everyday', 'Savings', 'Twin']);
});
