import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { AppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt } from '../support/look-at.ts';
import { openWalletPage, PASSWORD } from '../support/wallet-page.ts';

// Payment requests on the Receive screen: created, paid, saved as pictures, deleted.
let pages: BrowserPages;
let person: AppPage;
let client: KithClient;

beforeAll(async () => {
  pages = await startBrowserPages();
  ({ client, person } = await openWalletPage(pages, {
    wallets: ['Everyday', 'Payer'],
    miner: 'Payer',
    blocks: 8,
  }));
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const look = (name: string) => lookAt(person.page, name);
const requests = () => client.wallet.requests({ name: 'Everyday' });
const pay = async (amount: number) => {
  const [{ address }] = (await requests()) as unknown as [{ address: string }];
  await client.wallet.send({ name: 'Payer', to: [{ address, amount }], password: PASSWORD });
};

test('a request is created with its link and QR code', async () => {
  const { page } = person;
  await person.go('receive');
  await page.getByText('None yet. A request has an address of its own').waitFor();
  await look('receive');
  await person.fill('Requested amount', '2.5');
  await person.fill('Label', 'Two loaves & milk');
  await page.getByText('A day', { exact: true }).click();
  await person.press('Create request');
  await page.getByRole('img', { name: 'QR code of this payment request' }).waitFor();
  const [request] = await requests();
  expect(request).toMatchObject({ amount: 250_000_000, label: 'Two loaves & milk', state: 'open' });
  expect(request!.expires! - request!.createdAt).toBe(86_400);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.press('Copy link');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(request!.link);
  await look('request');
});

test('its QR code is saved as PNG and SVG, and is a picture', async () => {
  const { page } = person;
  const saved = async (button: string) => {
    const download = page.waitForEvent('download');
    await person.press(button);
    return (await download).path();
  };
  const svg = readFileSync(await saved('SVG'), 'utf8');
  expect(svg).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+" [^<]*><path fill="#fff"/,
  );
  const png = readFileSync(await saved('PNG'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  await person.press('Close');
});

test('its state follows the payments, which its details list', async () => {
  const { page } = person;
  await person.go('receive');
  await page.getByText('Open', { exact: true }).waitFor();
  await pay(100_000_000);
  await page.getByText('Partly paid: 1 KITH').waitFor();
  await pay(150_000_000);
  await page.getByText('Payment pending').waitFor();
  const { address } = await client.wallet.address({ name: 'Payer' });
  await client.mining.generate({ address, blocks: 1 });
  await page.getByText('Paid: 2.5 KITH').waitFor();
  await look('receive-paid');
  await page.getByRole('button', { name: /Two loaves & milk/ }).click();
  const links = page.getByRole('dialog').getByRole('link');
  await expect.poll(() => links.count()).toBe(2);
  await links.first().click();
  await page.getByText('Two loaves & milk').first().waitFor();
});

test('a payment by the link of a request has its label', async () => {
  const { page } = person;
  const { address } = await client.wallet.address({ name: 'Payer' });
  await person.pay(`kith:${address}?amount=30000000&label=Tea%20%26%20cake`, '0.3', PASSWORD);
  await page.waitForURL(/#\/payments?\//);
  const [sent] = await client.wallet.history({ name: 'Everyday', limit: 1 });
  expect(sent).toMatchObject({ kind: 'sent', label: 'Tea & cake' });
  await page.getByText('Tea & cake').first().waitFor();
});

test('a request is deleted after a question', async () => {
  const { page } = person;
  await person.go('receive');
  await page.getByRole('button', { name: /Two loaves & milk/ }).click();
  await person.press('Delete …');
  await person.press('Back');
  expect(await requests()).toHaveLength(1);
  await person.press('Delete …');
  await person.press('Delete request');
  await page.getByText('None yet. A request has an address of its own').waitFor();
  expect(await requests()).toEqual([]);
});

test('a copied address leaves the clipboard after a minute, unless the user copied something else', async () => {
  const { page } = person;
  await person.go('receive');
  await page.clock.install();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await person.press('Copy address');
  await page.getByText('It is removed from the clipboard after a minute.').waitFor();
  expect(await clipboard()).toMatch(/^rkith1|^lkith1/);
  await page.clock.runFor(60_000);
  await expect.poll(clipboard).toBe('');
  await person.press('Copy address');
  await page.evaluate(() => navigator.clipboard.writeText('a shopping list'));
  await page.clock.runFor(60_000);
  expect(await clipboard()).toBe('a shopping list');
});

test('the page has logged no errors', () => {
  expect(pages.errors).toEqual([]);
});
