import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type AppPage, createAppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookEverywhere } from '../support/look-everywhere.ts';
import { PASSWORD } from '../support/wallet-page.ts';

// Mining on a real node: what it would bring and cost, how much of the computer it takes, and what it does.
let pages: BrowserPages;
let person: AppPage;
let client: KithClient;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('mine');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: PASSWORD });
  const { address } = await client.wallet.address({ name: 'Everyday' });
  await client.mining.generate({ address, blocks: 3 });
  person = createAppPage(await pages.open(node));
  await person.page.getByRole('heading', { name: 'Home' }).waitFor();
  await person.go('mining');
}, 180_000);

afterAll(() => pages.stop(), 60_000);

const estimate = () => person.page.getByRole('region', { name: 'Reward and cost' });

test('before mining the screen has the cost of a day from the figures of the user, and claims no reward', async () => {
  const { page } = person;
  await page.getByText('Not mining', { exact: true }).waitFor();
  await estimate().getByText('not known until it has mined').waitFor();
  await person.fill('Power while mining', '50 W');
  await estimate().getByText('Enter a number above zero').waitFor();
  await person.fill('Power while mining', '50');
  await person.fill('Price of a kilowatt hour', '0,3');
  await estimate().getByText('1.2 kWh, 0.36 in your currency').waitFor();
  await lookEverywhere(page, 'mining-off');
});

test('a preset decides how many threads mine and for how much of the time', async () => {
  const { page } = person;
  await page.getByText('Quiet', { exact: true }).click();
  await person.setMining(true);
  await expect.poll(() => client.mining.status()).toMatchObject({ running: true, threads: 1, share: 0.5 });
  await page.getByText('Half', { exact: true }).click();
  await expect.poll(async () => (await client.mining.status()).share).toBe(1);
  const limit = page.getByRole('slider', { name: /of the time of each thread$/ });
  await limit.fill('70');
  await expect.poll(async () => (await client.mining.status()).share).toBe(0.7);
  expect((await client.mining.status()).running).toBe(true);
});

test('the hash rate is measured, drawn and used for the estimate', async () => {
  const { page } = person;
  const rate = page.getByRole('slider', { name: 'Hash rate, values over time' });
  await expect
    .poll(() => rate.getAttribute('aria-valuetext'), { timeout: 60_000 })
    .toMatch(/This computer [1-9].*\sH\/s$/);
  await estimate().getByText('at this load').waitFor({ timeout: 60_000 });
  await estimate()
    .getByText(/on average, without fees|still adjusting/)
    .waitFor();
  await page.getByRole('region', { name: 'Found blocks' }).getByRole('link').first().waitFor();
  await lookEverywhere(page, 'mining-on');
  await person.setMining(false);
  expect(await client.mining.status()).toMatchObject({ running: false, share: 0 });
});

test('the estimate stays after a reload while mining is off', async () => {
  const { page } = person;
  await page.reload();
  await page.getByText('Not mining', { exact: true }).waitFor();
  await estimate().getByText('at this load').waitFor();
  await estimate().getByText('kWh, 0.36 in your currency').waitFor();
});

test('the mining screen causes no error in the page', () => expect(pages.errors).toEqual([]));
