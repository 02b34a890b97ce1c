import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { createAppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

let pages: BrowserPages;
let page: Page;
let client: KithClient;
let node: NodeProcess;

beforeAll(async () => {
  pages = await startBrowserPages();
  node = await pages.startNode('node');
  ({ client } = await connect(node));
  page = await pages.open(node);
  await page.getByText('Welcome to Kith').waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const field = () => page.getByRole('combobox', { name: 'Search' });

test('a shortcut directly after Escape opens the palette again, and the same shortcut closes it', async () => {
  await page.keyboard.press('Control+k');
  await field().waitFor();
  for (let round = 0; round < 20; round++) {
    // The second key does not wait for what the first one does.
    await Promise.all([page.keyboard.press('Escape'), page.keyboard.press('Control+k')]);
    await field().waitFor();
    await page.keyboard.type('m');
    expect(await field().inputValue(), `round ${round}`).toBe('m');
  }
  await page.keyboard.press('Control+k');
  await field().waitFor({ state: 'detached' });
});

test('a key that is held opens the palette once', async () => {
  await page.keyboard.down('Control');
  for (let repeat = 0; repeat < 6; repeat++) await page.keyboard.down('k');
  await page.keyboard.up('k');
  await page.keyboard.up('Control');
  await field().waitFor();
  await page.keyboard.press('Escape');
  await field().waitFor({ state: 'detached' });
});

test('mining that was paused elsewhere continues from the palette', async () => {
  const person = createAppPage(page);
  await person.createWallet('Everyday', 'correct horse battery');
  await person.setMining(true);
  await client.mining.pause({ reason: 'user' });
  await page.getByText('Mining is paused.').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('mining');
  await expect
    .poll(() => page.getByRole('option').filter({ hasText: 'mining' }).allTextContents())
    .toEqual(['Mining', 'Continue mining', 'Stop mining', 'Mining threads', 'Mining load']);
  await page.getByRole('option', { name: 'Continue mining' }).click();
  await page.getByText('Mining continues.').waitFor();
  await page.getByText('Mining is paused.').waitFor({ state: 'detached' });
  expect(await client.mining.status()).toMatchObject({ running: true, paused: null });
  expect(pages.errors).toEqual([]);
});

test('contacts, payments, peers and blocks are found by their words, and open', async () => {
  const friend = await pages.startNode('friend', node.addresses.slice(0, 1));
  const { address } = await client.wallet.address({ name: 'Everyday' });
  await client.contacts.put({ name: 'Zoë Brown', addresses: [address] });
  await expect.poll(async () => (await client.peers.list()).length).toBe(1);
  const { height, id } = await client.chain.tip();
  for (const [typed, option, heading] of [
    ['zoë', /^Send to .*Zoë Brown/, 'Send'],
    [id.slice(0, 12), new RegExp(`^Block ${height},`), /^Block/],
    ['mined a block', /^Mined a block/, 'Mined reward'],
    [friend.peerId.slice(-8), /^Peer /, 'Peers'],
  ] as const) {
    await page.keyboard.press('Control+k');
    await field().fill(typed);
    await page.getByRole('option', { name: option }).first().click();
    await page.getByRole('heading', { name: heading }).first().waitFor();
  }
  const dialog = page.getByRole('dialog', { name: 'Peer' });
  await dialog.getByText(friend.peerId, { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(page.url()).toMatch(/#\/peers$/);
  expect(pages.errors).toEqual([]);
});
