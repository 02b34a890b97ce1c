import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// A page whose node is killed: every screen opens, with the data that it had.
const PASSWORD = 'correct horse battery';
const SCREENS = path.resolve('out/screens');
let pages: BrowserPages;
let node: NodeProcess;
let page: Page;
let payment: string;
let block: string;

beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  pages = await startBrowserPages();
  node = await pages.startNode('node');
  const { client } = await connect(node);
  await client.wallet.create({ name: 'Everyday', password: PASSWORD });
  const { address } = await client.wallet.address({ name: 'Everyday' });
  const { maturity } = await client.network.info();
  await client.mining.generate({ address, blocks: maturity + 3 });
  const to = [{ address, amount: 100_000_000 }];
  ({ txid: payment } = await client.wallet.send({ name: 'Everyday', password: PASSWORD, to }));
  ({ id: block } = await client.chain.tip());
  await client.contacts.put({ name: 'Ann', addresses: [address] });
  page = await pages.open(node);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const main = () => page.locator('#main');
/** Every screen with something that it shows when it has its data. */
const places = (): readonly (readonly [string, string | RegExp])[] => [
  ['home', 'Everyday'],
  ['wallet', /Available/],
  ['send', 'Amount'],
  ['receive', 'Copy'],
  ['contacts', 'Ann'],
  ['batch', 'Batch payment'],
  ['coins', /coin/],
  ['addresses', /address/],
  ['proofs', /proof/i],
  [`payment/${payment}`, 'Transaction'],
  [`block/${block}`, 'coinbase'],
  [`transaction/${payment}`, 'output'],
  ['blocks', /Blocks/],
  ['mempool', /Mempool/],
  ['peers', /Peers/],
  ['map', /Map/],
  ['mining', /Mining/],
  ['health', /Health/],
  ['reachability', /Reachab/],
  ['networks', /Networks/],
  ['settings', 'Settings'],
  ['new-wallet', 'Wallet name'],
  ['restore-wallet', /Restore/],
  ['watch-wallet', /Watch/],
  ['setup-wallet', /wallet/],
  ['payment-file', /payment/],
  ['recovery-phrase/Everyday', /phrase/],
];

/** Waits until the requests of a screen have ended, so that the page has its data. */
async function open(place: string, shows: string | RegExp): Promise<void> {
  await go(place);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await main().getByText(shows).first().waitFor({ state: 'attached' });
  await expect
    .poll(() =>
      main()
        .getByText(/^Reading .* …$/)
        .count(),
    )
    .toBe(0);
}

test('a screen that was never opened opens after the node was killed, from files that the page loaded while idle', async () => {
  // For the next test: one page has the data of every screen.
  for (const [place, shows] of places()) await open(place, shows);
  const fresh = await pages.open(node);
  await fresh.getByRole('heading', { name: 'Home' }).waitFor();
  // The last part is the reader of QR codes.
  await expect
    .poll(() =>
      fresh.evaluate(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('decode')),
      ),
    )
    .toBe(true);
  process.kill(node.pid!, 'SIGKILL');
  await node.ended;
  await fresh.getByText('The node does not respond.', { exact: true }).waitFor();
  for (const [place] of places()) {
    await fresh.evaluate((to) => (location.hash = `#/${to}`), place);
    await fresh.getByRole('heading', { level: 1 }).first().waitFor();
    expect(await fresh.getByText(/was not loaded|could not be loaded/).count(), place).toBe(0);
    expect(
      await fresh.getByText('The node does not respond.', { exact: true }).count(),
      place,
    ).toBeGreaterThan(0);
  }
  await fresh.context().close();
});

test('every screen opens with its last data and a banner', async () => {
  await page.getByText('The node does not respond.', { exact: true }).first().waitFor();
  for (const [place, shows] of places()) {
    await open(place, shows);
    await page.getByText('This page shows the last data it received.').waitFor();
    // Of what needs attention only the banner is new.
    const problems = await main().getByRole('alert').allInnerTexts();
    expect(
      problems.filter((text) => !/last data|Write down the recovery phrase/.test(text)),
      place,
    ).toEqual([]);
  }
});

test.each([
  [1280, 'light'],
  [1280, 'dark'],
  [400, 'light'],
] as const)('the banner fits at %i pixels in the %s theme', async (width, colorScheme) => {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme });
  await open('wallet', /Available/);
  await page.evaluate(() => Promise.all(document.getAnimations().map((each) => each.finished)));
  await page.screenshot({ path: path.join(SCREENS, `stopped-${width}-${colorScheme}.png`) });
  expect(await layoutFaults(page)).toEqual([]);
});

test('a payment is refused while the node is stopped, and nothing is sent later', async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open('receive', 'Copy');
  await page.getByRole('button', { name: 'New address' }).click();
  await page.getByText('The node does not respond.').nth(1).waitFor();
});
