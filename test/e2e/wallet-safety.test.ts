import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// Locking, hidden amounts, exports, deleting a wallet, and help with recovery phrases.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let mnemonic: string;
let address: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  ({ mnemonic } = await client.wallet.create({ name: 'Everyday', password: PASSWORD, words: 12 }));
  ({ address } = await client.wallet.address({ name: 'Everyday' }));
  await client.mining.generate({ address, blocks: 30 });
  page = await pages.open(node);
  await page.getByRole('link', { name: 'Send', exact: true }).first().waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);

test('while the wallet is unlocked a payment is confirmed without a password', async () => {
  await client.wallet.unlock({ name: 'Everyday', password: PASSWORD });
  const { address: next } = await client.wallet.newAddress({ name: 'Everyday' });
  const { draft } = await client.wallet.prepare({
    name: 'Everyday',
    to: [{ address: next, amount: 1_000_000 }],
  });
  const { txid } = await client.wallet.confirm({ draft });
  expect(txid).toMatch(/^[0-9a-f]{64}$/);
  await client.wallet.lock({ name: 'Everyday' });
  const { draft: later } = await client.wallet.prepare({
    name: 'Everyday',
    to: [{ address: next, amount: 1_000_000 }],
  });
  await expect(client.wallet.confirm({ draft: later })).rejects.toMatchObject({ code: 'wallet-locked' });
});

test('the time after which wallets lock themselves is a setting, and the unlock dialog names it', async () => {
  await go('settings');
  await page.getByText('1 hour', { exact: true }).click();
  await expect.poll(() => client.wallet.settings({})).toEqual({ autoLockMinutes: 60 });
  await press('Unlock');
  await page.getByText('It locks itself again after 1 hour.').waitFor();
  await page.keyboard.press('Escape');
});

test('one click and one key hide every amount, and that is kept', async () => {
  await go('wallet');
  const shown = page.locator('.amount .whole');
  await shown.first().waitFor();
  await page.getByRole('button', { name: /^Hide amounts/ }).click();
  await shown.first().waitFor({ state: 'detached' });
  expect(await page.locator('main').innerText()).not.toMatch(/\d KITH/);
  await go('home');
  await page.getByRole('button', { name: /^Show amounts/ }).waitFor();
  expect(await page.locator('main').innerText()).not.toMatch(/\d\s*KITH/);
  await page.reload();
  await page.getByRole('button', { name: /^Show amounts/ }).waitFor();
  await page.keyboard.press('Control+Shift+H');
  await page.getByRole('button', { name: /^Hide amounts/ }).waitFor();
  await page.locator('.amount .whole').first().waitFor();
});

test('payments are saved as CSV, and labels are imported with a report', async () => {
  await client.wallet.setLabel({ name: 'Everyday', subject: address, label: '=1+1' });
  await go('wallet');
  await press('Export');
  const downloading = page.waitForEvent('download');
  await press('Save as CSV');
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^Everyday payments \d{4}-\d\d-\d\d\.csv$/);
  const rows = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(rows).toHaveLength(32);
  expect(rows[0]).toMatch(/^time,kind,state,amount,fee,label/);
  expect(rows.at(-1)).toContain(",'=1+1,");
  await page.getByText('The file has 31 payments.').waitFor();
  const lines = [JSON.stringify({ type: 'addr', ref: address, label: 'for Mira' }), 'not JSON'].join('\n');
  await page
    .getByRole('dialog')
    .locator('input[type=file]')
    .setInputFiles({ name: 'labels.jsonl', mimeType: '', buffer: Buffer.from(lines) });
  await press('Import labels');
  await page.getByText('1 label imported, 0 unchanged, 1 line skipped.').waitFor();
  await page.getByText('Line 2 is not JSON.').waitFor();
  await page.keyboard.press('Escape');
  const [newest] = (await client.wallet.history({ name: 'Everyday' })).slice(-1);
  expect(newest?.label).toBe('for Mira');
});

test('words of a recovery phrase are completed, and a mistyped one is corrected', async () => {
  await go('restore-wallet');
  const field = page.getByLabel('Recovery phrase', { exact: true });
  await field.pressSequentially('aban');
  await press('abandon');
  expect(await field.inputValue()).toBe('abandon ');
  await field.pressSequentially('abondon ');
  await page.getByText('Instead of “abondon”:').waitFor();
  await press('abandon');
  expect(await field.inputValue()).toBe('abandon abandon ');
});

test('a phrase of 12 words is made from rolls of a die, which are counted', async () => {
  await go('new-wallet');
  await fill('Wallet name', 'Dice');
  await fill('Password', PASSWORD);
  await page.getByText('Recovery phrase: length, dice, passphrase').click();
  await page.getByText('12 words', { exact: true }).click();
  await page.getByRole('switch', { name: 'Roll a die for the phrase' }).click();
  const create = page.getByRole('button', { name: 'Create wallet', exact: true });
  await fill('Rolls', '123456'.repeat(9));
  await page.getByText('These rolls are too regular for a die', { exact: false }).waitFor();
  expect(await create.isDisabled()).toBe(true);
  await fill('Rolls', '53416 24631 15262 43516');
  await page.getByText('20 of 50 rolls, 51 bits.', { exact: false }).waitFor();
  await fill('Rolls', '53416246311526243516642513362514411635264313542216');
  await create.click();
  await page.getByRole('heading', { name: 'Your wallet is ready' }).waitFor();
  const { mnemonic: made } = await client.wallet.words({ name: 'Dice', password: PASSWORD });
  expect(made.split(' ')).toHaveLength(12);
});

test('a wallet is deleted only with its recovery phrase or a backup, and Settings restores it', async () => {
  await go('settings');
  const row = page.getByRole('listitem').filter({ has: page.getByText('Everyday', { exact: true }) });
  await row.getByRole('button', { name: 'Recovery phrase and password' }).click();
  await press('Delete wallet …');
  await page.getByText(/Everyday holds .*KITH/).waitFor();
  await fill('Recovery phrase', mnemonic);
  await fill('Password of Everyday', PASSWORD);
  await press('Delete wallet');
  await page.getByRole('heading', { name: 'Deleted wallets' }).waitFor();
  expect((await client.wallet.list({})).map(({ name }) => name)).toEqual(['Dice']);
  await press('Restore');
  await expect
    .poll(async () => (await client.wallet.list({})).map(({ name }) => name))
    .toEqual(['Dice', 'Everyday']);
  expect(pages.errors).toEqual([]);
});
