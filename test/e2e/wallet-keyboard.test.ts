import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { createKeyboard, type Keyboard } from '../support/keyboard.ts';
import { openWalletPage, PASSWORD } from '../support/wallet-page.ts';

// The wallet without a mouse. After each dialog the focus is where it was, or at the closest place that is left.
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
    blocks: 90,
  });
  ({ client } = opened);
  ({ page } = opened.person);
  // A time lock needs a node that is synced, and so has a peer.
  const peer = await pages.startNode('peer');
  await client.peers.add({ address: peer.addresses[0]! });
  keys = createKeyboard(page);
  ({ address: other } = await client.wallet.newAddress({ name: 'Other' }));
  await page.getByRole('main').getByLabel('Wallet', { exact: true }).selectOption('Everyday');
}, 120_000);
afterAll(() => pages.stop(), 60_000);

async function open(place: string, heading: string): Promise<void> {
  await keys.goTo(place);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await keys.expectFocus(heading);
}

test('contacts are added, edited and deleted with the keyboard, and the focus is never lost', async () => {
  await open('contacts', 'Contacts');
  await keys.tabTo('Add contact');
  await keys.press('Enter');
  await keys.type('Name', 'Mira');
  await keys.type('Address', other);
  await keys.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await keys.expectFocus('Add contact');
  await keys.tabTo(/^Edit .*Mira/);
  await keys.press('Enter');
  await keys.type('Note', 'Sells bread');
  await keys.tabTo('Save contact');
  await keys.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await keys.expectFocus(/^Edit .*Mira/);
  await client.contacts.put({
    name: 'Zoe',
    addresses: [(await client.wallet.newAddress({ name: 'Other' })).address],
  });
  await page.getByRole('button', { name: /^Delete .*Zoe/ }).waitFor();
  await keys.tabTo(/^Delete .*Zoe/);
  await keys.press('Enter');
  await keys.tabTo('Delete');
  await keys.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Delete .*Zoe/ }).waitFor({ state: 'detached' });
  // The row is gone; the list around it has the focus.
  await keys.expectFocus(/Mira/);
});

test('a contact is paid with the keyboard, and the review starts at its heading', async () => {
  await open('send', 'Send');
  await keys.type('To', 'mir');
  await page.getByRole('listbox', { name: 'Contacts' }).waitFor();
  await keys.press('ArrowDown');
  await keys.press('Enter');
  await keys.type('Amount', '1.25');
  await keys.press('Enter');
  await keys.expectFocus('Review payment');
  await keys.tabTo('Back');
  await keys.press('Enter');
  await keys.expectFocus('Send');
  await keys.tabTo('Review');
  await keys.press('Enter');
  await keys.expectFocus('Review payment');
  await keys.type(/^Password of /, PASSWORD);
  await keys.press('Enter');
  await page.waitForURL(/#\/payment\//);
  const [sent] = await client.wallet.history({ name: 'Everyday', limit: 1 });
  expect(sent).toMatchObject({ kind: 'sent', addresses: [other] });
});

test('a payment is requested with the keyboard, and its dialog gives the focus back', async () => {
  await open('receive', 'Receive');
  await page.getByRole('button', { name: 'Copy address' }).waitFor();
  await keys.type('Requested amount', '3');
  await keys.type('Label', 'Rent');
  await keys.press('Enter');
  await page.getByRole('dialog', { name: 'Payment request' }).waitFor();
  await keys.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await keys.expectFocus('Label');
  await keys.tabTo(/Rent/);
  await keys.press('Enter');
  await keys.tabTo('Delete …');
  await keys.press('Enter');
  await keys.tabTo('Delete request');
  await keys.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(async () => (await keys.focused()).name).not.toBe('');
  expect(await client.wallet.requests({ name: 'Everyday' })).toEqual([]);
});

test('coins are selected, frozen and unfrozen with the keyboard', async () => {
  await client.mining.generate({ address: other, blocks: 1 });
  await open('coins', 'Coins');
  await page.getByRole('main').getByLabel('Wallet', { exact: true }).selectOption('Other');
  const frozen = async () => (await client.wallet.coins({ name: 'Other', state: 'frozen' })).count;
  for (const [verb, count] of [
    ['Freeze', 1],
    ['Unfreeze', 0],
  ] as const) {
    await page.getByRole('checkbox', { name: /^Select the coin of 1.25/ }).waitFor();
    await keys.tabTo(/^Select the coin of 1.25/);
    await keys.press('Space');
    await keys.tabTo(verb);
    await keys.press('Enter');
    await expect.poll(frozen).toBe(count);
    await page.getByRole('button', { name: verb, exact: true }).waitFor({ state: 'detached' });
    await expect.poll(async () => (await keys.focused()).name).not.toBe('');
  }
  await page.getByRole('main').getByLabel('Wallet', { exact: true }).selectOption('Everyday');
});

test('a row of a table of payments keeps the focus when it is corrected, and its table when it is removed', async () => {
  await open('batch payment', 'Batch payment');
  await keys.tabTo('Payments');
  await page.keyboard.insertText(`${other};1;\n${other};none;\n${other};3;`);
  await page.getByText(/1 row of 3 cannot be paid/).waitFor();
  await keys.tabTo('Edit line 2');
  await keys.press('Enter');
  await keys.tabTo('Amount');
  await keys.press('Control+a');
  await page.keyboard.type('2');
  await keys.press('Enter');
  await page.getByText(/3 payments, 6/).waitFor();
  await keys.expectFocus('Edit line 2');
  await keys.tabTo('Edit line 3');
  await keys.press('Enter');
  await keys.tabTo('Remove row');
  await keys.press('Enter');
  await page.getByText(/2 payments, 3/).waitFor();
  await keys.expectFocus('Rows');
});

test('savings are set up with the keyboard alone', async () => {
  await open('locked wallet', 'Shared or locked wallet');
  await keys.tabTo(/^Shared/);
  await keys.press('ArrowRight');
  await keys.type('Wallet name', 'House');
  await keys.type(/^Password of /, PASSWORD);
  await keys.press('Enter');
  await page.getByLabel('Locked until', { exact: true }).waitFor();
  await expect.poll(async () => (await keys.focused()).name).not.toBe('');
  await keys.tabTo('Locked until');
  const next = new Date(Date.now() + 40 * 86_400_000);
  // The order of the parts of a date follows the language of the browser, which is English here.
  await page.keyboard.type(
    `${String(next.getMonth() + 1).padStart(2, '0')}${String(next.getDate()).padStart(2, '0')}${next.getFullYear()}`,
  );
  await keys.tabTo('Create set-up');
  await keys.press('Enter');
  await page.getByText(/^The wallet is ready\./).waitFor();
  await expect.poll(async () => (await keys.focused()).name).not.toBe('');
  expect((await client.wallet.list({})).find(({ name }) => name === 'House')?.kind).toBe('savings');
  expect(pages.errors).toEqual([]);
});
