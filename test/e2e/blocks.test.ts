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

/** The heights in the list, newest first. */
const heights = () => page.locator('table tbody tr td:first-child').allInnerTexts();
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => String(from - i));

test('the list first has the rows of a window, and a few more at a time when no block arrives', async () => {
  await page.evaluate(() => {
    const counts: number[] = [];
    Object.assign(globalThis, { counts });
    new MutationObserver(() => {
      const rows = document.querySelectorAll('table tbody tr').length;
      if (rows > 0 && rows !== counts.at(-1)) counts.push(rows);
    }).observe(document.body, { childList: true, subtree: true });
    location.hash = '#/blocks';
  });
  await expect.poll(heights).toEqual(range(50, 40));
  const counts = await page.evaluate(() => (globalThis as unknown as { counts: number[] }).counts);
  expect([counts[0], counts.at(-1)]).toEqual([12, 40]);
  const added = counts.slice(1).map((count, i) => count - counts[i]!);
  expect(Math.max(...added)).toBeLessThanOrEqual(8);
});

test('charts show interval, size and fees of the blocks, and how each is known', async () => {
  const charts = page.locator('.charts figure');
  expect(await charts.locator('h3').allInnerTexts()).toEqual([
    'Interval claimed by miners',
    'Size measured',
    'Fees taken by miners measured',
  ]);
  expect(await charts.nth(1).locator('g').count()).toBe(50);
  expect(await charts.nth(1).locator('p').innerText()).toMatch(/^Last 50 blocks: mean \d+\sB, from /);
  const { size } = await client.chain.block({ height: 50 });
  expect(await charts.nth(1).locator('title').last().textContent()).toBe(`Block 50: ${size}\u00a0B`);
  await lookAt(page, 'blocks');
});

test('after many blocks the list has the newest ones without a gap, and older ones on request', async () => {
  await client.mining.generate({ address, blocks: 50 });
  await expect.poll(heights).toEqual(range(100, 40));
  await page.getByRole('button', { name: 'Older blocks' }).click();
  await expect.poll(heights).toEqual(range(100, 101));
});

test('the page of a block says that it is from this node, and which peers have it', async () => {
  await pages.startNode('other', node.addresses);
  await expect.poll(async () => (await client.peers.list({})).length).toBe(1);
  const [peer] = await client.peers.list({});
  // A peer that is still syncing announces nothing.
  await expect.poll(async () => (await client.peers.list({}))[0]?.height).toBe(100);
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
  await expect.poll(async () => (await theirs.chain.tip({})).height, { timeout: 20_000 }).toBe(101);
  const { id } = await theirs.chain.tip({});
  const third = await pages.open(other);
  await third.locator('.clock').getByText('101', { exact: true }).waitFor();
  await third.evaluate((block) => (location.hash = `#/block/${block}`), id);
  await third.getByText(/^Requested in full from peer \w{8}\.$/).waitFor();
  await third.evaluate(() => (location.hash = '#/block/0'));
  await third.getByText(/^Not recorded: /).waitFor();
});
