import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { createKeyboard, type Keyboard } from '../support/keyboard.ts';
import { openWalletPage, PASSWORD } from '../support/wallet-page.ts';

// Payments of other kinds than a plain one, without a mouse: tables, selected coins, and what is done with a pending payment.
const KITH = 100_000_000;
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let keys: Keyboard;
let other: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const opened = await openWalletPage(pages, {
    wallets: ['Everyday', 'Other'],
    miner: 'Everyday',
    blocks: 20,
  });
  ({ client } = opened);
  ({ page } = opened.person);
  // The payments are broadcast to it.
  const peer = await pages.startNode('peer');
  await client.peers.add({ address: peer.addresses[0]! });
  keys = createKeyboard(page);
  ({ address: other } = await client.wallet.address({ name: 'Other' }));
}, 120_000);
afterAll(() => pages.stop(), 60_000);

const hasFocus = () => expect.poll(async () => (await keys.focused()).name).not.toBe('');
const newest = async () => (await client.wallet.history({ name: 'Everyday', limit: 1 }))[0]!;

async function open(place: string, heading: string): Promise<void> {
  // A screen that is open already would not take the focus.
  await keys.goTo('settings');
  await keys.expectFocus('Settings');
  await keys.goTo(place);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await keys.expectFocus(heading);
}
/** Confirms what is reviewed, and gives the txid of the payment that is then shown. */
async function confirm(): Promise<string> {
  const before = page.url();
  await keys.type(/^Password of /, PASSWORD);
  await keys.press('Enter');
  await page.waitForURL((url) => /#\/payment\/[0-9a-f]{64}$/.test(url.href) && url.href !== before);
  await hasFocus();
  return page.url().slice(-64);
}
/** Selects coins that can be spent. */
async function select(count: number): Promise<void> {
  await open('coins', 'Coins');
  await keys.tabTo('All');
  await keys.press('ArrowRight');
  await page.getByRole('cell', { name: 'Immature' }).first().waitFor({ state: 'detached' });
  await page.getByRole('table', { name: 'Coins' }).waitFor();
  for (let i = 0; i < count; i++) {
    await keys.tabTo(/^Select the coin of 20/);
    await keys.press('Space');
  }
  await page.getByText(`${count} coins selected`).waitFor();
}

test('a table of payments is pasted, reviewed and sent', async () => {
  await open('batch payment', 'Batch payment');
  await keys.tabTo('Payments');
  await page.keyboard.insertText(`${other};1;Bread\n${other};2;Milk`);
  await page.getByText(/2 payments, 3/).waitFor();
  await keys.tabTo('Review');
  await keys.press('Enter');
  await keys.expectFocus('Review payment');
  const txid = await confirm();
  expect(await newest()).toMatchObject({ txid, kind: 'sent' });
});

test('selected coins are sent, and the form says how many', async () => {
  await select(2);
  await keys.tabTo('Send');
  await keys.press('Enter');
  await keys.expectFocus('Send');
  await page.getByText(/This payment spends 2 coins/).waitFor();
  await keys.type('To', other);
  await keys.tabTo('All');
  await keys.press('Enter');
  await keys.tabTo('Review');
  await keys.press('Enter');
  await keys.expectFocus('Review payment');
  const txid = await confirm();
  expect(await newest()).toMatchObject({ txid, kind: 'sent' });
});

test('selected coins are combined', async () => {
  await client.mining.generate({ address: other, blocks: 1 });
  await select(3);
  await keys.tabTo('Combine');
  await keys.press('Enter');
  await page.getByRole('heading', { name: 'Combine 3 coins' }).waitFor();
  await hasFocus();
  const txid = await confirm();
  expect(await newest()).toMatchObject({ txid, kind: 'self' });
});

test('a pending payment is sped up, and the faster one is cancelled', async () => {
  await client.mining.generate({ address: other, blocks: 1 });
  const { txid } = await client.wallet.send({
    name: 'Everyday',
    to: [{ address: other, amount: 3 * KITH }],
    password: PASSWORD,
  });
  await page.evaluate((to) => (location.hash = `#/payment/${to}`), txid);
  await page.getByText('Sending', { exact: true }).waitFor();
  await keys.tabTo(/^Speed up/);
  await keys.press('Enter');
  await page.getByLabel(/^Password of /).waitFor();
  await hasFocus();
  const faster = await confirm();
  expect(faster).not.toBe(txid);
  await keys.tabTo(/^Cancel payment/);
  await keys.press('Enter');
  await page.getByLabel(/^Password of /).waitFor();
  await hasFocus();
  const cancelled = await confirm();
  expect(cancelled).not.toBe(faster);
  expect(await newest()).toMatchObject({ txid: cancelled, kind: 'self' });
  expect(pages.errors).toEqual([]);
});
