import path from 'node:path';
import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import { heightAt } from '../../renderer/format/heights.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// An inheritance wallet from its template, on the node of the owner and on that of the heir.
const PASSWORD = 'correct horse battery';
/** Blocks until the day that the owner chooses. */
const AHEAD = 40;
let pages: BrowserPages;
let owner: { readonly page: Page; readonly client: KithClient };
let heir: { readonly page: Page; readonly client: KithClient };
let rewards: string;
let shop: string;
let height: number;

beforeAll(async () => {
  pages = await startBrowserPages();
  const first = await pages.startNode('owner');
  const second = await pages.startNode('heir', first.addresses);
  const [a, b] = await Promise.all([first, second].map(async (node) => (await connect(node)).client));
  await a!.wallet.create({ name: 'Olga', password: PASSWORD, words: 12 });
  await b!.wallet.create({ name: 'Henry', password: PASSWORD, words: 12 });
  await a!.wallet.create({ name: 'Shop', password: PASSWORD, words: 12 });
  ({ address: rewards } = await a!.wallet.address({ name: 'Olga' }));
  ({ address: shop } = await a!.wallet.address({ name: 'Shop' }));
  // Four periods of twenty blocks, in which miners signal the rule of policy locks.
  await a!.mining.generate({ address: rewards, blocks: 84 });
  owner = { page: await pages.open(first), client: a! };
  heir = { page: await pages.open(second), client: b! };
}, 180_000);
afterAll(() => pages.stop(), 60_000);

const go = (page: Page, place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
const fill = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
const sameTip = (a: KithClient, b: KithClient) =>
  expect
    .poll(async () => (await b.chain.tip({})).id === (await a.chain.tip({})).id, { timeout: 60_000 })
    .toBe(true);

async function saved(page: Page, button: string): Promise<string> {
  const download = page.waitForEvent('download');
  await press(page, button);
  const file = path.join(pages.folder, (await download).suggestedFilename());
  await (await download).saveAs(file);
  return file;
}
async function fillPayment(page: Page, amount: string): Promise<void> {
  await go(page, 'home');
  await go(page, 'send');
  await fill(page, 'To', shop);
  await fill(page, 'Amount', amount);
}
async function confirm(page: Page): Promise<string> {
  await press(page, 'Review');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await page.getByRole('button', { name: /^Send / }).click();
  await page.waitForURL(/#\/payment\/[0-9a-f]{64}$/);
  return page.url().slice(-64);
}

test('an inheritance wallet is set up from its template, and both people see the same fingerprint', async () => {
  await sameTip(owner.client, heir.client);
  await heir.client.wallet.createAccount({ from: 'Henry', name: 'From Olga', password: PASSWORD });
  const { keys } = await heir.client.wallet.exportKeys({ name: 'From Olga' });
  const keysFile = path.join(pages.folder, 'Henry.kithkeys');
  writeFileSync(keysFile, Buffer.from(keys, 'hex'));

  const { page, client } = owner;
  // A day is many blocks, so on the clock of the page the noon of this day is only a few blocks away.
  const { spacing } = await client.network.info();
  const noon = new Date();
  noon.setHours(12, 0, 0, 0);
  const now = noon.getTime() - AHEAD * spacing * 1000;
  await page.clock.setFixedTime(now);
  await go(page, 'setup-wallet');
  await page.getByText('Inheritance', { exact: true }).click();
  await page.getByLabel('Recovery phrase of').selectOption('Olga');
  await fill(page, 'Wallet name', 'Estate');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await press(page, 'Continue');
  await page.getByLabel('Public keys of another person').setInputFiles(keysFile);
  await page.getByText('The owner', { exact: true }).click();
  const day = [noon.getFullYear(), noon.getMonth() + 1, noon.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  await fill(page, 'The heir can spend from', day);
  const tip = (await client.chain.tip({})).height;
  height = heightAt(noon.getTime() / 1000, now / 1000, tip, spacing);
  await page.getByText(`Block ${height}. The day is an estimate.`).waitFor();
  await press(page, 'Create set-up');
  const fingerprint = await page.getByText(/^([0-9a-f]{4} ){9}[0-9a-f]{4}$/).textContent();
  const file = await saved(page, 'Save set-up file');

  await go(heir.page, 'setup-wallet');
  await heir.page.getByText('Inheritance', { exact: true }).click();
  await heir.page.getByLabel('Recovery phrase of').selectOption('From Olga');
  await heir.page.getByLabel(/^Password of /).fill(PASSWORD);
  await press(heir.page, 'Use this wallet itself');
  await heir.page.getByLabel('Set-up file').setInputFiles(file);
  await heir.page.getByText(fingerprint!, { exact: true }).waitFor();
  await press(heir.page, 'Join set-up');
  await heir.page.getByText(/^The wallet is ready\./).waitFor();
  const [mine] = (await client.wallet.list({})).filter(({ name }) => name === 'Estate');
  const [theirs] = (await heir.client.wallet.list({})).filter(({ name }) => name === 'From Olga');
  expect([mine!.kind, mine!.spendableFrom]).toEqual(['inheritance', 0]);
  expect([theirs!.kind, theirs!.spendableFrom]).toEqual(['inheritance', height]);
  expect((await client.wallet.address({ name: 'Estate' })).address).toBe(
    (await heir.client.wallet.address({ name: 'From Olga' })).address,
  );
});

test('it receives, and its owner spends at any time', async () => {
  const { page, client } = owner;
  const { address } = await client.wallet.address({ name: 'Estate' });
  for (const amount of [700_000_000, 300_000_000])
    await client.wallet.send({ name: 'Olga', to: [{ address, amount }], password: PASSWORD });
  await client.mining.generate({ address: rewards, blocks: 1 });
  await fillPayment(page, '2');
  await page.getByText(/^Available: 10\sKITH/).waitFor();
  const txid = await confirm(page);
  await client.mining.generate({ address: rewards, blocks: 1 });
  const [newest] = await client.wallet.history({ name: 'Estate', limit: 1 });
  expect(newest).toMatchObject({ txid, kind: 'sent', state: 'mined', addresses: [shop] });
});

test('before the height the heir sees the coins, and a sentence refuses to spend them', async () => {
  const { page, client } = heir;
  await sameTip(owner.client, client);
  const held = () => client.wallet.balance({ name: 'From Olga' });
  const estate = await owner.client.wallet.balance({ name: 'Estate' });
  await expect.poll(held).toMatchObject({ available: 0, immature: estate.available });
  await go(page, 'wallet');
  await page
    .getByText(new RegExp(`^Inheritance, locked until block ${height}`))
    .first()
    .waitFor();
  await fillPayment(page, '1');
  await page.getByText(new RegExp(`are locked until block ${height}, about `)).waitFor();
  await page.getByText(/^More than the wallet can spend now: 0\sKITH/).waitFor();
  expect(await page.getByRole('button', { name: 'Review', exact: true }).isDisabled()).toBe(true);
  // The terminal is refused too.
  const to = [{ address: shop, amount: 100_000_000 }];
  await expect(client.wallet.prepare({ name: 'From Olga', to })).rejects.toMatchObject({
    code: 'wallet-funds-locked',
    message: expect.stringContaining(`until block ${height}. Wait until then.`) as string,
  });
});

test('from the height on the heir spends', async () => {
  const { page, client } = heir;
  const { height: tip } = await owner.client.chain.tip({});
  await owner.client.mining.generate({ address: rewards, blocks: height - tip });
  await sameTip(owner.client, client);
  await fillPayment(page, '3');
  expect(await page.getByText(/are locked until block/).count()).toBe(0);
  await page.getByText(/^Available: [1-9]/).waitFor();
  const txid = await confirm(page);
  expect((await client.wallet.history({ name: 'From Olga', limit: 1 }))[0]).toMatchObject({
    txid,
    kind: 'sent',
    addresses: [shop],
  });
  const listed = async () => (await owner.client.mempool.list({})).map((each) => each.txid);
  await expect.poll(listed, { timeout: 60_000 }).toContain(txid);
  await owner.client.mining.generate({ address: rewards, blocks: 1 });
  await expect
    .poll(async () => (await owner.client.wallet.history({ name: 'Shop', limit: 1 }))[0])
    .toMatchObject({ txid, kind: 'received', state: 'mined' });
  expect(pages.errors).toEqual([]);
});
