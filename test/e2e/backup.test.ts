import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// A backup file that a browser downloads, checks, and restores on another node.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let file: string;
let firstAddress: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  ({ address: firstAddress } = await client.wallet.address({ name: 'Everyday' }));
  await client.wallet.setLabel({ name: 'Everyday', subject: firstAddress, label: 'for Mira' });
  page = await pages.open(node);
  file = path.join(pages.folder, 'saved.kithbackup');
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (on: Page, place: string) => on.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (on: Page, name: string) => on.getByRole('button', { name, exact: true }).click();
const fill = (on: Page, label: string, text: string) => on.getByLabel(label, { exact: true }).fill(text);
const backup = async () => (await client.wallet.list({}))[0]!.backup;

test('a downloaded backup counts only after the saved file was chosen and could be restored', async () => {
  await go(page, 'settings');
  await page.getByText('There is no verified backup file of this wallet.').waitFor();
  await press(page, 'Back up');
  await fill(page, 'Password of Everyday', PASSWORD);
  const downloading = page.waitForEvent('download');
  await press(page, 'Download backup file');
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^Everyday \d{4}-\d\d-\d\d\.kithbackup$/);
  await download.saveAs(file);
  expect(await backup()).toBeNull();

  const dialog = page.getByRole('dialog');
  const chooser = dialog.locator('input[type=file]');
  await chooser.setInputFiles({
    name: 'other.kithbackup',
    mimeType: '',
    buffer: Buffer.from('something else'),
  });
  await press(page, 'Check file');
  await dialog.getByText('This is not a backup file of a wallet.').waitFor();
  expect(await backup()).toBeNull();
  await chooser.setInputFiles(file);
  await press(page, 'Check file');
  await dialog.waitFor({ state: 'detached' });
  expect(await backup()).toMatchObject({ place: 'saved.kithbackup', outdated: false });
  await page.getByText('Last verified backup:').waitFor();
});

test('another node restores it: the wallet is shown first, and has the same first address and labels', async () => {
  const node = await pages.startNode('other');
  const { client: there } = await connect(node);
  const second = await pages.open(node);
  await second.getByText('Welcome to Kith').waitFor();
  await go(second, 'restore-wallet');
  await second.getByText('From backup file', { exact: true }).click();
  await second.locator('input[type=file]').setInputFiles(file);
  await fill(second, 'Password of the backup', 'wrong password');
  await press(second, 'Open backup');
  await second.getByText('The password is wrong. A backup file opens with the password').waitFor();
  await fill(second, 'Password of the backup', PASSWORD);
  await press(second, 'Open backup');
  await second.getByText('This backup can be restored. Nothing has been stored yet.').waitFor();
  expect(await there.wallet.list({})).toEqual([]);
  expect(await second.getByLabel('Wallet name', { exact: true }).inputValue()).toBe('Everyday');
  await press(second, 'Restore wallet');
  await second.getByRole('heading', { name: 'Wallet restored' }).waitFor();
  expect(await there.wallet.list({})).toMatchObject([{ name: 'Everyday', backup: null }]);
  expect((await there.wallet.address({ name: 'Everyday' })).address).toBe(firstAddress);
});

test('a backup of a wallet that is here is recognised', async () => {
  await go(page, 'restore-wallet');
  await page.getByText('From backup file', { exact: true }).click();
  await page.locator('input[type=file]').setInputFiles(file);
  await fill(page, 'Password of the backup', PASSWORD);
  await press(page, 'Open backup');
  await page.getByText(/The wallet .*Everyday.* has the same keys, so there is nothing to restore/).waitFor();
  expect(await page.getByRole('button', { name: 'Restore wallet', exact: true }).count()).toBe(0);
  expect(pages.errors).toEqual([]);
});
