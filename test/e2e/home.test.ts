import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt, PICTURES } from '../support/look-at.ts';

// What Home shows of a wallet over time.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let rewards: string;
let blocks: number;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: PASSWORD });
  ({ address: rewards } = await client.wallet.address({ name: 'Everyday' }));
  const { maturity } = await client.network.info();
  blocks = maturity + 1;
  page = await pages.open(node);
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const line = () => page.getByRole('region', { name: 'Balance of 30 days' });

test('a wallet that never had coins has no line of its balance', async () => {
  await page.getByText('No payments yet').waitFor();
  expect(await line().count()).toBe(0);
});

test('the line of the balance ends at the coins in blocks, and follows new blocks', async () => {
  await client.mining.generate({ address: rewards, blocks });
  const mined = (count: number) => page.getByText(`0 KITH 30 days ago, ${20 * count} KITH now`);
  await mined(blocks).waitFor();
  await client.mining.generate({ address: rewards, blocks: 1 });
  await mined(blocks + 1).waitFor();
  await lookAt(page, 'home-with-line');
});

test('the line disappears with the amounts, because its shape shows much about them', async () => {
  await page.getByRole('button', { name: 'Hide amounts' }).click();
  await expect.poll(() => line().count()).toBe(0);
  await page.getByRole('button', { name: 'Show amounts' }).click();
  await line().waitFor();
});

test('without peers the balance is called that of its block, and not of a node that syncs', async () => {
  await page.getByText(/as of block \d+, no peer is connected/).waitFor();
  expect(await page.getByText('still syncing').count()).toBe(0);
});

test('while the node syncs a bar shows phase, share and blocks, and disappears at its end', async () => {
  // The least upload limit, so that the sync takes seconds.
  const slow = await pages.startNode('slow', [], ['--max-upload', '20']);
  const { client: source } = await connect(slow);
  for (let i = 0; i < 3; i++) await source.mining.generate({ address: rewards, blocks: 100 });
  const fresh = await pages.startNode('fresh');
  const { client: its } = await connect(fresh);
  const synced = await pages.open(fresh);
  await synced.getByText('Welcome to Kith').waitFor();
  const bar = synced.getByRole('region', { name: 'Sync' });
  const seen = bar.getByText(/of 300 blocks/).waitFor();
  await its.peers.add({ address: slow.addresses[0]! });
  await seen;
  await synced.screenshot({ path: path.join(PICTURES, 'home-syncing.png') });
  await synced.getByText(/Synced to block 300/).waitFor();
  await expect.poll(() => bar.count()).toBe(0);
});
