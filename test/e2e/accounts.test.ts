import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import { isolated } from '../../shared/labels.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { openWalletPage, PASSWORD } from '../support/wallet-page.ts';

// The dialog of further accounts, and how it finds them again after a restore.
let pages: BrowserPages;
let page: Page;
let client: KithClient;

beforeAll(async () => {
  pages = await startBrowserPages();
  const opened = await openWalletPage(pages, { wallets: ['Everyday'], miner: 'Everyday', blocks: 12 });
  ({ client } = opened);
  ({ page } = opened.person);
}, 120_000);
afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
const dialog = () => page.getByRole('dialog');

async function openDialog(name: string): Promise<void> {
  await go('settings');
  const row = page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });
  await row.getByRole('button', { name: 'Accounts', exact: true }).click();
  await dialog().waitFor();
}
const rows = () => dialog().getByRole('listitem').allTextContents();

test('an account is created in the dialog, and the wrong password creates none', async () => {
  await openDialog('Everyday');
  await fill(`Password of ${isolated('Everyday')}`, 'wrong');
  await fill('Name of the account', 'Holidays');
  await press('Create account');
  await dialog()
    .getByText(/The password is wrong/)
    .waitFor();
  expect((await client.wallet.list({})).map(({ name }) => name)).toEqual(['Everyday']);
  await fill(`Password of ${isolated('Everyday')}`, PASSWORD);
  await press('Create account');
  await dialog().waitFor({ state: 'detached' });
  await page.getByText(/is account 1 of the same recovery phrase/).waitFor();
  expect((await client.wallet.list({})).map(({ name }) => name)).toEqual(['Everyday', 'Holidays']);
  const words = async (name: string) => (await client.wallet.words({ name, password: PASSWORD })).mnemonic;
  expect(await words('Holidays')).toBe(await words('Everyday'));
  const address = async (name: string) => (await client.wallet.address({ name })).address;
  expect(await address('Holidays')).not.toBe(await address('Everyday'));
});

test('the search lists the accounts that have coins, and says which are wallets here', async () => {
  const { address } = await client.wallet.address({ name: 'Holidays' });
  await client.wallet.send({ name: 'Everyday', to: [{ address, amount: 250_000_000 }], password: PASSWORD });
  await client.mining.generate({ address, blocks: 1 });
  await openDialog('Everyday');
  await fill(`Password of ${isolated('Everyday')}`, PASSWORD);
  await press('Search for accounts');
  await expect.poll(rows).toHaveLength(2);
  const [zero, one] = await rows();
  expect(zero).toMatch(/^Account 0, \d+ coins? .*Everyday/);
  expect(one).toMatch(/^Account 1, 2 coins .*Holidays/);
  expect(await dialog().getByRole('button', { name: 'Add', exact: true }).count()).toBe(0);
  await page.keyboard.press('Escape');
});

test('after a restore the search finds an account with coins, and adds it under its number', async () => {
  const { mnemonic } = await client.wallet.words({ name: 'Everyday', password: PASSWORD });
  const before = await client.wallet.balance({ name: 'Holidays' });
  for (const name of ['Holidays', 'Everyday'])
    await client.wallet.delete({ name, password: PASSWORD, mnemonic });
  await client.wallet.restore({ name: 'Restored', password: PASSWORD, mnemonic });
  await openDialog('Restored');
  await fill(`Password of ${isolated('Restored')}`, PASSWORD);
  await press('Search for accounts');
  await expect.poll(rows).toHaveLength(2);
  const add = dialog().getByRole('button', { name: 'Add', exact: true });
  expect(await add.isDisabled()).toBe(true);
  await fill('Name of the account', 'Holidays again');
  await add.click();
  await page.getByText(/is account 1 of the same recovery phrase/).waitFor();
  await expect.poll(() => client.wallet.balance({ name: 'Holidays again' })).toEqual(before);
  expect(pages.errors).toEqual([]);
});
