import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// The search of the blockchain for payments that a wallet lacks: asked for in the settings, and after a restore.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let mnemonic: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  ({ mnemonic } = await client.wallet.create({ name: 'Everyday', password: PASSWORD, words: 12 }));
  const { address } = await client.wallet.address({ name: 'Everyday' });
  await client.mining.generate({ address, blocks: 30 });
  page = await pages.open(node);
  await page.getByRole('link', { name: 'Settings' }).first().waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);

test('the settings search the blockchain from a block, and say what was not searched', async () => {
  await go('settings');
  await press('Search blockchain');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The wallet has read every block since it was created').waitFor();
  await dialog.getByText('From block', { exact: true }).click();
  await fill('First block', '99');
  await dialog.getByText('Enter a whole number from 0 to 30.').waitFor();
  expect(await dialog.getByRole('button', { name: 'Start search' }).isDisabled()).toBe(true);
  await fill('First block', '12');
  await press('Start search');
  await dialog.getByText('The search is complete').waitFor();
  await dialog.getByText(/Certain: payments to .* in the blocks 12 to 30\./).waitFor();
  await dialog.getByText('Blocks before 12 were not searched.').waitFor();
  expect(await client.wallet.search({ name: 'Everyday' })).toMatchObject({ fromHeight: 12, certainTo: 30 });
  await page.keyboard.press('Escape');
});

test('a restore says which addresses and blocks it has searched', async () => {
  await go('restore-wallet');
  await fill('Recovery phrase', mnemonic);
  await press('Check phrase');
  await press('Restore anyway');
  await fill('Wallet name', 'Twin');
  await fill('Password', PASSWORD);
  await press('Restore wallet');
  await page.getByRole('heading', { name: 'Wallet restored' }).waitFor();
  const search = page.getByRole('region', { name: 'Search of the blockchain' });
  await search.getByText(/Certain: payments to .* in the blocks 0 to 30\./).waitFor();
  await search.getByText(/The wallet looks for payments to .* addresses and .* now\./).waitFor();
});
