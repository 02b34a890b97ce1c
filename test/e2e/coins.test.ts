import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt } from '../support/look-at.ts';

// Coins, addresses and batch payments as a user works with them.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let mine: string;
let other: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: PASSWORD });
  await client.wallet.create({ name: 'Other', password: PASSWORD });
  ({ address: other } = await client.wallet.address({ name: 'Other' }));
  ({ address: mine } = await client.wallet.newAddress({ name: 'Everyday', label: 'Rewards' }));
  const { maturity } = await client.network.info();
  await client.mining.generate({ address: mine, blocks: maturity + 3 });
  page = await pages.open(node);
  await page.getByLabel('Wallet', { exact: true }).first().selectOption('Everyday');
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const field = (label: string) => page.getByLabel(label, { exact: true });
const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).first().click();
const state = (name: string) =>
  page.getByRole('group', { name: 'State' }).getByText(name, { exact: true }).click();
const coinRows = () => page.getByRole('table', { name: 'Coins' }).locator('tbody tr');
const check = (row: number) => coinRows().nth(row).getByRole('checkbox').check();
const look = (name: string) => lookAt(page, name);

test('a frozen coin is shown as frozen, and is no longer part of what can be spent', async () => {
  await go('coins');
  await coinRows().first().waitFor();
  await state('Available');
  await expect.poll(() => coinRows().count()).toBe(4);
  await check(0);
  await page.getByText('1 coin selected: 20').waitFor();
  await look('coins');
  await press('Freeze');
  await expect.poll(() => coinRows().count()).toBe(3);
  await state('Frozen');
  await expect.poll(() => coinRows().count()).toBe(1);
  await go('wallet');
  await page.getByText('Frozen', { exact: true }).waitFor();
  expect((await client.wallet.balance({ name: 'Everyday' })).frozen).toBe(2_000_000_000);
});

test('coins are found by their label, and selected coins are what the payment spends', async () => {
  await go('home');
  await go('coins');
  await field('Find coins').fill('reward');
  await state('Available');
  await expect.poll(() => coinRows().count()).toBe(3);
  await check(0);
  await check(1);
  await press('Send');
  await page.getByText(/This payment spends 2 coins that you selected/).waitFor();
  await field('To').fill(other);
  await field('Amount').fill('1');
  await page
    .getByRole('status')
    .getByText(/from 2 coins/)
    .waitFor();
  await look('send-coins');
  await press('Review');
  await page.getByText(/2 coins that you selected/).waitFor();
  await look('review-coins');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await press(/^Send /);
  await page.waitForURL(/#\/payment\//);
  const [sent] = await client.wallet.history({ name: 'Everyday', limit: 1 });
  const { inputs } = await client.chain.transaction({ txid: sent!.txid });
  expect(inputs).toHaveLength(2);
  // The next payment chooses its coins itself again.
  await go('send');
  await field('To').waitFor();
  expect(await page.getByText(/that you selected/).count()).toBe(0);
});

test('all of the selected coins can be sent', async () => {
  await go('coins');
  await state('Available');
  await coinRows().first().waitFor();
  await check(0);
  const selected = await page.getByText(/1 coin selected/).textContent();
  await press('Send');
  await field('To').fill(other);
  await press('All');
  await expect.poll(() => field('Amount').inputValue()).not.toBe('');
  const [, sum] = /: ([\d.]+)/.exec(selected!)!;
  const amount = Number(await field('Amount').inputValue());
  expect(amount).toBeLessThan(Number(sum));
  expect(amount).toBeGreaterThan(Number(sum) - 0.01);
  await press('Use any coins');
});

test('coins are combined after the fee and what it reveals were shown', async () => {
  await client.mining.generate({ address: mine, blocks: 4 });
  await go('home');
  await go('coins');
  await state('Available');
  await expect.poll(() => coinRows().count()).toBeGreaterThan(3);
  await page.getByRole('checkbox', { name: 'Select every coin of this page' }).check();
  await press('Combine');
  await page.getByRole('heading', { name: /^Combine \d+ coins$/ }).waitFor();
  await page.getByText(/belong to one wallet/).waitFor();
  await look('combine');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await press('Combine coins');
  await page.waitForURL(/#\/payment\//);
});

test('addresses are listed with their use, and a label can be written and found', async () => {
  await go('addresses');
  const rows = page.getByRole('table', { name: 'Addresses' }).locator('tbody tr');
  await rows.filter({ hasText: 'Rewards' }).waitFor();
  await rows
    .filter({ hasText: /Used \d+ times/ })
    .first()
    .waitFor();
  await look('addresses');
  await rows.filter({ hasText: 'Unused' }).first().getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Edit label' }).click();
  await field('Label').fill('For Mira');
  await press('Save');
  await look('address');
  await page.keyboard.press('Escape');
  await field('Find addresses').fill('mira');
  await expect.poll(() => rows.count()).toBe(1);
  await field('Find addresses').fill('');
  await page.getByText('Change', { exact: true }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(0);
  await press('Search further');
  await field('Unused addresses in a row').fill('5');
  await page.getByText(/Enter a whole number from 100/).waitFor();
  await page.keyboard.press('Escape');
});

test('a table of payments is reported row by row, corrected in place, and paid at once', async () => {
  await go('batch');
  await field('Payments').fill(
    `address;amount;label\n${other};1,5;rent\n${other.slice(0, -1)};2;typo\n${other};3;`,
  );
  await page.getByText(/1 row of 3 cannot be paid/).waitFor();
  await page.getByText(/already in line 2/).waitFor();
  expect(await page.getByRole('button', { name: 'Review', exact: true }).isDisabled()).toBe(true);
  await look('batch');
  const row = page.getByRole('table', { name: 'Rows of the table' }).locator('tbody tr').nth(1);
  await row.getByRole('button', { name: 'Edit' }).click();
  await field('To').fill(mine);
  await press('Save');
  await page.getByText(/3 payments, 6\.5/).waitFor();
  await press('Review');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await look('batch-review');
  await press(/^Send /);
  await page.waitForURL(/#\/payment\//);
  const [sent] = await client.wallet.history({ name: 'Everyday', limit: 1 });
  const { outputs } = await client.chain.transaction({ txid: sent!.txid });
  const amounts = outputs.map(({ amount }) => amount);
  for (const amount of [150_000_000, 200_000_000, 300_000_000]) expect(amounts).toContain(amount);
});

test('a row of a table in KITH keeps that unit, with the decimal mark of the page, where the page has motes', async () => {
  const style = { 'kith.numbers': 'comma', 'kith.unit': 'mote' };
  await page.evaluate(
    (of) => Object.entries(of).forEach(([key, name]) => localStorage.setItem(key, name)),
    style,
  );
  await page.reload();
  await go('batch');
  await field('Payments').fill(`${other};0,00001;dust\n${other};2;rent`);
  const row = page.getByRole('table', { name: 'Rows of the table' }).locator('tbody tr').first();
  await row.getByText(/too small to be worth spending/).waitFor();
  const shown = { row: await row.innerText(), dialog: '' };
  await row.getByRole('button', { name: 'Edit' }).click();
  shown.dialog = await page.getByRole('dialog').innerText();
  await look('batch-row-motes');
  expect(shown.row).toContain('0,00001 KITH');
  expect(shown.row).toContain('Send at least 0,0001 KITH.');
  expect(shown.dialog).toContain('Send at least 0,0001 KITH.');
  expect(shown.dialog).toMatch(/Amount\s+KITH/);
});
