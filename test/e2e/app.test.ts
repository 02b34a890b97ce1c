import { mkdirSync } from 'node:fs';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import { connect } from '../../main/demo/connect.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import { createAppPage, type AppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// Two real nodes as processes of their own, and a real browser on the first one's page.
const PASSWORD = 'correct horse battery';
const SCREENS = path.resolve('out/screens');
let pages: BrowserPages;
let person: AppPage;
let friend: KithClient;
let mine: NodeProcess;

beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  pages = await startBrowserPages();
  mine = await pages.startNode('mine');
  const theirs = await pages.startNode('theirs', mine.addresses.slice(0, 1));
  friend = (await connect(theirs)).client;
  person = createAppPage(await pages.open(mine));
}, 120_000);

afterAll(() => pages.stop(), 60_000);

test('the page opens and removes the access token from its address', async () => {
  await person.page.getByText('Welcome to Kith').waitFor();
  expect(person.page.url()).not.toContain('token');
});

test('a user creates a wallet, mines and pays a wallet on another node, which receives the payment', async () => {
  await friend.wallet.create({ name: 'friend', password: PASSWORD });
  const { address } = await friend.wallet.address({ name: 'friend' });

  await person.makeWallet('Everyday', PASSWORD);
  await person.setMining(true);
  await person.waitForSpendable(40);
  await person.pay(address, '12.5', PASSWORD);
  await person.page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
  await person.page.getByText(/^In block \d/).waitFor();

  const arrived = async () =>
    (await friend.wallet.history({ name: 'friend' })).find(({ kind }) => kind === 'received');
  await expect.poll(async () => (await arrived())?.amount).toBe(1_250_000_000);
  await expect
    .poll(async () => (await friend.wallet.balance({ name: 'friend' })).confirmed)
    .toBe(1_250_000_000);
  await person.page.getByText('Confirmed', { exact: true }).waitFor();
  await person.setMining(false);
});

test('Peers shows how a peer connected, bans it with a reason and unbans it', async () => {
  const { page } = person;
  await person.go('peers');
  await page.getByText(/connected, inbound from 127\.0\.0\.1:\d+/).waitFor();
  await page.getByRole('button', { name: 'Details' }).first().click();
  await page.getByText('inbound connection').last().waitFor();
  await page.getByRole('button', { name: 'Ban for a day' }).click();
  await page.getByRole('heading', { name: 'Banned' }).waitFor();
  await page.getByText('You disconnected or banned it.', { exact: true }).waitFor();
  await page.getByText(/ban ends in 24 hours/).waitFor();
  await page.getByText(/was banned\. You disconnected or banned it\./).waitFor();
  await page.getByRole('button', { name: 'Unban' }).click();
  await page.getByText('was unbanned').waitFor();
  await page.getByRole('heading', { name: 'Banned' }).waitFor({ state: 'detached' });
  // The friend calls again by itself.
  await page.getByRole('button', { name: 'Details' }).first().waitFor();
});

test('Health shows relay and sync, upgrades, and the log with its data', async () => {
  const { page } = person;
  await person.go('health');
  await page.getByRole('heading', { name: 'Relay and sync' }).waitFor();
  await page.getByText(/without a round trip|small blocks? received in full|none yet/).waitFor();
  await page.getByRole('heading', { name: 'Upgrades' }).waitFor();
  await page
    .getByText(/active since block|signalled by|locked in at block|signalling has not started/)
    .waitFor();
  const log = page.getByRole('log');
  await log
    .getByText(/direction inbound · kind inbound · foundBy inbound/)
    .first()
    .waitFor();
  expect(await log.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop)).toBeLessThan(2);
});

test('without the access token the page does not reach the node', async () => {
  const stranger = await pages.open(mine, { token: false });
  await stranger.getByText('This page needs an access token').waitFor();
  expect(await stranger.getByText('Everyday').count()).toBe(0);
  await stranger.context().close();
});

test.each(['light', 'dark'] as const)(
  'every screen passes the accessibility checks in the %s theme',
  async (colorScheme) => {
    const { page } = person;
    await page.emulateMedia({ colorScheme });
    const places = [
      'home',
      'wallet',
      'send',
      'receive',
      'blocks',
      'mempool',
      'peers',
      'map',
      'mining',
      'health',
      'reachability',
      'settings',
    ];
    const problems: string[] = [];
    for (const place of places) {
      await person.go(place);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForTimeout(250);
      const { violations } = await new AxeBuilder({ page })
        // No frames here: one page less to open for every look.
        .setLegacyMode()
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
        .analyze();
      problems.push(...violations.map(({ id, nodes }) => `${place}: ${id}: ${nodes[0]?.html ?? ''}`));
      await page.screenshot({ path: path.join(SCREENS, `${place}-${colorScheme}.png`) });
    }
    expect(problems).toEqual([]);
  },
);

test('the page has logged no errors', () => {
  expect(pages.errors).toEqual([]);
});
