import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type AppPage, createAppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookEverywhere } from '../support/look-everywhere.ts';
import { writePastMetrics } from '../support/past-metrics.ts';
import { PASSWORD } from '../support/wallet-page.ts';

// The mempool of a real node with payments, and when it is empty.
const HOUR = 3600;
const PAYMENTS = 12;
let pages: BrowserPages;
let person: AppPage;
let client: KithClient;
let address: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  await writePastMetrics(
    path.join(pages.folder, 'mine'),
    [{ from: 23 * HOUR, to: 600, every: 60 }],
    (sample) => ({
      mempoolTransactions: Math.round(40 + 30 * Math.sin(sample / 90)),
      mempoolBytes: Math.round(14_000 + 9_000 * Math.sin(sample / 90)),
      acceptedPerSecond: 0.4 + 0.3 * Math.sin(sample / 90),
      feerateFloor: 10,
      feerateNext: 12,
    }),
  );
  const node = await pages.startNode('mine');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: PASSWORD });
  ({ address } = await client.wallet.address({ name: 'Everyday' }));
  await client.mining.generate({ address, blocks: 40 });
  person = createAppPage(await pages.open(node, { locale: 'de-DE' }));
  await person.page.getByRole('heading', { name: 'Home' }).waitFor();
}, 180_000);

afterAll(() => pages.stop(), 60_000);

test('an empty mempool still shows the next block and the last day', async () => {
  const { page } = person;
  await person.go('mempool');
  await page.getByText('The mempool is empty.').waitFor();
  await page.getByText('0 transactions, 0 B').waitFor();
  const size = page.getByRole('slider', { name: 'Size, values over time' });
  await expect.poll(() => size.getAttribute('aria-valuemax').then(Number)).toBeGreaterThan(200);
  await lookEverywhere(page, 'mempool-empty');
});

test('charts have the numbers and times of the language of the browser', async () => {
  const size = person.page.getByRole('slider', { name: 'Size, values over time' });
  await size.focus();
  await person.page.keyboard.press('Home');
  expect(await size.getAttribute('aria-valuetext')).toMatch(
    /^\p{L}{2}\.?,? \d\d:\d\d: All transactions \d+(,\d)?\skB$/u,
  );
});

test('own payments are shown with their block, and all with their fee rates', async () => {
  const { page } = person;
  const to = (i: number) => [{ address, amount: 100_000_000 + i }];
  for (let i = 0; i < PAYMENTS; i++)
    await client.wallet.send({ name: 'Everyday', to: to(i), password: PASSWORD, feerate: 10 + 7 * i });
  const own = page.getByRole('region', { name: 'Your payments' });
  await expect.poll(() => own.getByRole('listitem').count()).toBe(PAYMENTS);
  await own
    .getByText(/^in the next block, about /)
    .first()
    .waitFor();
  await expect.poll(async () => (await client.mempool.projection()).blocks[0]!.count).toBe(PAYMENTS);
  const { bands } = await client.mempool.projection();
  await expect
    .poll(() => page.getByRole('region', { name: 'Next blocks' }).innerText())
    .toContain(`${PAYMENTS} transactions`);
  const rows = page.getByRole('region', { name: 'Fee rates' }).locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(bands.length);
  expect(await rows.first().getByRole('rowheader').innerText()).toBe(
    `${bands.at(-1)!.from} to ${bands.at(-1)!.to}`,
  );
  await lookEverywhere(page, 'mempool-payments');
});

test('the payments leave the screen with the block that has them', async () => {
  await client.mining.generate({ address, blocks: 1 });
  await person.page.getByText('The mempool is empty.').waitFor();
  await person.page.getByRole('region', { name: 'Your payments' }).waitFor({ state: 'detached' });
});

test('the mempool screen causes no error in the page', () => expect(pages.errors).toEqual([]));
