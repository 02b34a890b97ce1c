import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt } from '../support/look-at.ts';

// The list of blocks follows a real node that gets many of them within seconds, as while it syncs.
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let address: string;
let node: NodeProcess;

beforeAll(async () => {
  pages = await startBrowserPages();
  node = await pages.startNode('node');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: 'correct horse battery' });
  ({ address } = await client.wallet.address({ name: 'Everyday' }));
  await client.mining.generate({ address, blocks: 50 });
  page = await pages.open(node);
  await page.locator('.clock').getByText('50', { exact: true }).waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

/** The heights of the rows that are drawn, newest first. */
const heights = async () =>
  (await page.locator('table tbody tr[aria-rowindex] td:first-child').allInnerTexts()).map((text) =>
    Number(text.replace(/\D/g, '')),
  );
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from - i);
const show = async (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const scrollTo = (share: number) =>
  page.locator('main').evaluate((main, to) => (main.scrollTop = main.scrollHeight * to), share);
/** Rows that are drawn but wait for the node. */
const waiting = () => page.locator('table tbody td', { hasText: /^…$/ }).count();

test('the list draws the rows in sight alone, and has a place for all others', async () => {
  await show('blocks');
  await expect.poll(async () => (await heights())[0]).toBe(50);
  const drawn = await heights();
  expect(drawn).toEqual(range(50, drawn.length));
  expect(drawn.length).toBeLessThan(51);
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('52');
  await scrollTo(1);
  await expect.poll(async () => (await heights()).at(-1)).toBe(0);
  expect(await waiting()).toBe(0);
});

test('charts show interval, size, difficulty and fees of the blocks, and how each is known', async () => {
  const charts = page.locator('.charts figure');
  expect(await charts.locator('h3').allInnerTexts()).toEqual([
    'Interval claimed by miners',
    'Size measured',
    'Difficulty calculated from headers',
    'Fees taken by miners measured',
  ]);
  expect(await charts.nth(1).locator('g').count()).toBe(50);
  expect(await charts.nth(1).locator('p').innerText()).toMatch(/^Last 50 blocks: mean \d+\sB, from /);
  const { size } = await client.chain.block({ height: 50 });
  expect(await charts.nth(1).locator('title').last().textContent()).toBe(`Block 50: ${size}\u00a0B`);
  expect(await charts.nth(2).locator('p').last().innerText()).toMatch(
    /^The next block takes [\d.]+\shashes on average, .* the last one\./,
  );
  await lookAt(page, 'blocks');
});

test('the rows in sight stay where they are while blocks arrive above them', async () => {
  const row = page.locator('tr[aria-rowindex]', { has: page.getByRole('link', { name: '20', exact: true }) });
  await row.scrollIntoViewIfNeeded();
  const before = await row.boundingBox();
  await client.mining.generate({ address, blocks: 5 });
  await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe('57');
  expect(Math.abs((await row.boundingBox())!.y - before!.y)).toBeLessThan(1);
});

test('the row with the focus stays while it is out of sight', async () => {
  const link = page.getByRole('table').getByRole('link', { name: '30', exact: true });
  await scrollTo(0.5);
  await link.focus();
  await scrollTo(0);
  await expect.poll(async () => (await heights())[0]).toBe(55);
  await scrollTo(1);
  await expect.poll(async () => (await heights()).at(-1)).toBe(0);
  expect(await link.evaluate((each) => each === document.activeElement)).toBe(true);
});

test('blocks below the newest 200 are read when they come into sight', async () => {
  await page.getByRole('heading', { level: 1 }).focus();
  await client.mining.generate({ address, blocks: 165 });
  await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe('222');
  for (const share of [0.9, 0.5, 1]) {
    await scrollTo(share);
    await expect.poll(waiting).toBe(0);
    const drawn = await heights();
    expect(drawn).toEqual(range(drawn[0]!, drawn.length));
  }
  expect((await heights()).at(-1)).toBe(0);
});

const search = async (text: string) => {
  await show('blocks');
  await page.getByRole('textbox', { name: 'Find on the chain' }).fill(text);
  await page.getByRole('button', { name: 'Find' }).click();
};

test('a height, a block, a transaction and an own address are found', async () => {
  await search('10');
  await page.getByRole('heading', { level: 1, name: 'Block 10' }).waitFor();
  const block = await client.chain.block({ height: 12 });
  await search(block.id);
  await page.getByRole('heading', { level: 1, name: 'Block 12' }).waitFor();
  await search(block.transactions[0]!);
  await page.getByRole('heading', { level: 1, name: 'Transaction' }).waitFor();
  await search(address);
  await page.getByText('An address of the wallet Everyday').waitFor();
  await page.getByText(/received in 220 payments/).waitFor();
  await page.getByRole('link', { name: 'Addresses' }).click();
  await page.getByRole('heading', { level: 1, name: 'Addresses' }).waitFor();
});

test.each([
  ['9999', 'The chain has no block of this height yet.'],
  ['ab'.repeat(32), 'This node has no block and no transaction with this id.'],
  ['a word', 'This is no height, id of 64 digits or address.'],
])('a search for “%s” says why nothing is found', async (text, why) => {
  await search(text);
  await page.getByText(why).waitFor();
});

test('a search for an address of others says that only own ones are listed', async () => {
  await search('rkith1qr2nvjtnlcc76060f9djshcaq5464jk846lphvak70rj5zgj5y3kzfa4wdu');
  await page.getByText('This address is of no wallet of this node.', { exact: false }).waitFor();
});

test('the page of a block says that it is from this node, and which peers have it', async () => {
  await pages.startNode('other', node.addresses);
  await expect.poll(async () => (await client.peers.list({})).length).toBe(1);
  const [peer] = await client.peers.list({});
  // A peer that is still syncing announces nothing.
  await expect.poll(async () => (await client.peers.list({}))[0]?.height).toBe(220);
  const { ids } = await client.mining.generate({ address, blocks: 1 });
  const shown = async () => (await client.network.arrivals({ id: ids[0]! }))[0]?.peers.length;
  await expect.poll(shown, { timeout: 10_000 }).toBe(1);
  await page.evaluate((id) => (location.hash = `#/block/${id}`), ids[0]!);
  const arrival = page.locator('section', { has: page.getByRole('heading', { name: 'Arrival' }) });
  await arrival.getByText('Mined or submitted at this node.').waitFor();
  await arrival.getByText('Measured at this node only').waitFor();
  const row = arrival.locator('tbody tr');
  expect(await row.count()).toBe(1);
  expect(await row.locator('td').first().innerText()).toBe(peer!.id.slice(-8));
  expect(await row.locator('td').last().innerText()).toMatch(/^[0-9.]+\s(ms|s)$/);
  await lookAt(page, 'block arrival');
});

test('the page of a block that arrived from a peer names that peer and how it came', async () => {
  const other = await pages.startNode('third', node.addresses);
  const { client: theirs } = await connect(other);
  await expect.poll(async () => (await theirs.chain.tip({})).height, { timeout: 20_000 }).toBe(221);
  const { id } = await theirs.chain.tip({});
  const third = await pages.open(other);
  await third.locator('.clock').getByText('221', { exact: true }).waitFor();
  await third.evaluate((block) => (location.hash = `#/block/${block}`), id);
  await third.getByText(/^Requested in full from peer \w{8}\.$/).waitFor();
  await third.evaluate(() => (location.hash = '#/block/0'));
  await third.getByText(/^Not recorded: /).waitFor();
});
