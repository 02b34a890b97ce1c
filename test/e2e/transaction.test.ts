import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeAddress } from '../../main/core/primitives/address.ts';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { testKey } from '../support/chain/test-chain.ts';
import { lookAt } from '../support/look-at.ts';
import { lookEverywhere } from '../support/look-everywhere.ts';

// The page of transactions of a real node: a reward, a payment to a contact, and one with many outputs.
const PASSWORD = 'correct horse battery';
const KITH = 100_000_000;
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let rewards: string;
let payment: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: PASSWORD });
  await client.wallet.create({ name: 'Savings', password: PASSWORD });
  ({ address: rewards } = await client.wallet.newAddress({ name: 'Everyday', label: 'Rewards' }));
  const { maturity, hrp } = await client.network.info();
  await client.mining.generate({ address: rewards, blocks: maturity + 2 });
  const hers = encodeAddress(hrp, testKey(7).lock);
  await client.contacts.put({ name: 'Ann', addresses: [hers] });
  const { address: savings } = await client.wallet.address({ name: 'Savings' });
  const to = [
    { address: hers, amount: 12.5 * KITH },
    { address: savings, amount: 3 * KITH },
  ];
  ({ txid: payment } = await client.wallet.send({ name: 'Everyday', password: PASSWORD, to }));
  page = await pages.open(node);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const names = (side: 'inputs' | 'outputs') =>
  page.locator(side === 'inputs' ? '.flow .inputs .name' : '.flow .side:not(.inputs) .name').allInnerTexts();
const step = (name: string) => page.getByRole('listitem').filter({ hasText: name });

test('a pending payment shows from which wallet to whom it pays, and when this node first saw it', async () => {
  await go(`transaction/${payment}`);
  await page.getByText('First seen', { exact: true }).waitFor();
  expect(await names('inputs')).toEqual(['Everyday']);
  expect((await names('outputs')).toSorted()).toEqual(['Ann', 'Everyday, change', 'Savings', 'fee']);
  expect(await page.locator('path.own').count()).toBe(3);
  expect(await page.locator('figure p.aloud').textContent()).toMatch(
    /^1 input of 20.KITH \(all of your wallets: Everyday\) pay for 3 outputs of .* and a fee of /,
  );
  expect(await step('First seen').innerText()).toContain('measured by this node');
  expect(await page.getByText('Locked to one key: a signature of its owner spends it.').count()).toBe(3);
  await lookEverywhere(page, 'transaction-pending');
});

test('once a block has it, the page shows the time that its miner claims, and counts confirmations', async () => {
  await client.mining.generate({ address: rewards, blocks: 1 });
  await page.getByText('1 of 6 confirmations.').waitFor();
  const { height } = await client.chain.tip();
  expect(await step(`In block ${height}`).first().innerText()).toContain('claimed by its miner');
  await client.mining.generate({ address: rewards, blocks: 5 });
  await page.getByText('6 confirmations.', { exact: true }).waitFor();
});

test('the raw transaction is the one that the node has, and is copied whole', async () => {
  const { hex } = await client.chain.transaction({ txid: payment });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByText('Raw transaction, ').click();
  expect(await page.getByRole('region', { name: 'Raw transaction' }).innerText()).toBe(hex);
  await page.getByRole('button', { name: 'Copy raw transaction' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(hex);
});

test('own parts are not marked while the amounts of the wallets are hidden', async () => {
  await page.keyboard.press('Control+Shift+H');
  await page.getByText('Your parts are not marked').waitFor();
  expect(await page.locator('path.own').count()).toBe(0);
  const shown = await page.locator('.flow, .sides').allInnerTexts();
  expect(shown.join()).toContain('Ann');
  expect(shown.join()).not.toContain('Everyday');
  await page.keyboard.press('Control+Shift+H');
  await expect.poll(() => page.locator('path.own').count()).toBe(3);
});

test('a mining reward comes from subsidy and fees, and says from which block on it can be spent', async () => {
  const { maturity } = await client.network.info();
  const block = await client.chain.block({ height: 1 });
  await go(`transaction/${block.transactions[0]!}`);
  await page.getByText('Mature', { exact: true }).waitFor();
  expect(await names('inputs')).toEqual(['subsidy and fees']);
  await page.getByText(`A mining reward can be spent from block ${1 + maturity} on.`).waitFor();
  await page.getByText('Everyday: Rewards').waitFor();
  await lookEverywhere(page, 'transaction-coinbase');
});

test('of many outputs 20 are drawn, and all are listed', async () => {
  const { hrp } = await client.network.info();
  const to = Array.from({ length: 60 }, (_, i) => ({
    address: encodeAddress(hrp, testKey(100 + i).lock),
    amount: KITH / 10 + i * 1_000_000,
  }));
  const { txid } = await client.wallet.send({ name: 'Everyday', password: PASSWORD, to });
  await go(`transaction/${txid}`);
  await page.getByRole('heading', { name: '61 outputs' }).waitFor();
  const drawn = await names('outputs');
  expect(drawn).toHaveLength(22);
  expect(drawn).toContain('Everyday, change');
  expect(drawn.slice(-2)).toEqual(['and 41 more', 'fee']);
  await page.getByRole('heading', { name: 'Transaction', exact: true }).scrollIntoViewIfNeeded();
  await lookAt(page, 'transaction-many');
  const rows = page.getByText('Locked to one key: a signature of its owner spends it.');
  expect(await rows.count()).toBe(50);
  await page.getByRole('button', { name: '11 more' }).click();
  expect(await rows.count()).toBe(61);
});

test('the pages of transactions cause no error', () => expect(pages.errors).toEqual([]));
