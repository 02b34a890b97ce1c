import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { paidMotes } from '../../renderer/format/activity.ts';

// What people paste, what the page is told after a reload, and text from the right inside its sentences.
const PASSWORD = 'correct horse battery';
/** Stands in every text of ours here, so that it is found wherever the page shows one. */
const MARK = 'Qz';
const NAME = `קופה ${MARK}`;
const LABEL = `حساب ${MARK} 5000`;
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let address: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  await client.wallet.create({ name: NAME, password: PASSWORD });
  await client.wallet.create({ name: 'Other', password: PASSWORD });
  ({ address } = await client.wallet.address({ name: 'Other' }));
  const mine = await client.wallet.address({ name: NAME });
  const { maturity } = await client.network.info();
  await client.mining.generate({ address: mine.address, blocks: maturity + 4 });
  page = await pages.open(node);
  await page.getByLabel('Wallet', { exact: true }).first().selectOption(NAME);
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const field = (label: string) => page.getByLabel(label, { exact: true });
const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();

/** Fills in a payment and comes to its review. */
async function review(to: string, amount: string): Promise<void> {
  await go('home');
  await go('send');
  await field('To').fill(to);
  await field('Amount').fill(amount);
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.getByLabel(/^Password of /).waitFor();
}

test('an address and an amount are accepted with the invisible characters of a mail or of Kith itself', async () => {
  await review(
    `\u200b${address.slice(0, 20)}\u00ad ${address.slice(20)}\u202c`,
    '1.50\u202f000\u202f000\u00a0KITH',
  );
  await page.getByText('Total', { exact: true }).waitFor();
  expect((await page.locator('.address .groups').first().textContent())?.replace(/\s/g, '')).toBe(address);
  await press('Back');
});

test('the form shows the very fee of the review, follows the amount, and is as before after Back', async () => {
  await go('home');
  await go('send');
  await field('To').fill(address);
  await field('Amount').fill('2');
  const fee = page.getByRole('status').getByText(/^Fee .* Total /);
  const small = (await fee.textContent())!;
  await field('Amount').fill('45');
  // Three rewards of 20 KITH instead of one.
  const large = page.getByRole('status').getByText(/^Fee .*, from 3 coins/);
  await large.waitFor();
  const [, shown] = /^Fee ([\d.]+)/.exec((await large.textContent())!)!;
  expect(small).toContain('from 1 coin');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  const row = page
    .locator('div')
    .filter({ has: page.locator('dt', { hasText: /^Fee$/ }) })
    .last();
  expect((await row.locator('dd').textContent())!.replace(/\u00a0KITH/, '').trim()).toBe(shown);
  await press('Back');
  expect([await field('To').inputValue(), await field('Amount').inputValue()]).toEqual([address, '45']);
});

test('after a reload the page reports the sent payment, and warns of an equal one', async () => {
  await review(address, '2');
  expect(await page.getByText('This would be a second one').count()).toBe(0);
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await press(/^Send 2/);
  // The node has begun: whatever the page does now, the payment goes out.
  await expect.poll(async () => (await client.operations.list())[0]?.kind).toBe('payment');
  await page.reload();
  const told = page
    .getByRole('region', { name: 'Operations' })
    .getByText(/A payment of .*2.*KITH to .* was sent (just now|\d+ seconds ago)\./);
  await told.waitFor();
  await review(address, '2');
  await page.getByText('This would be a second one').waitFor();
  await press('Dismiss');
  await told.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByLabel('To', { exact: true }).waitFor();
  expect(await told.count()).toBe(0);
});

test('after a reload the page reports a failed payment with the reason', async () => {
  await review(address, '3');
  await page.getByLabel(/^Password of /).fill('not the password');
  await press(/^Send 3/);
  await expect.poll(async () => (await client.operations.list())[0]?.amount).toBe(300_000_000);
  await page.reload();
  await page
    .getByRole('region', { name: 'Operations' })
    .getByText(/was not sent\. The password is wrong/)
    .waitFor();
});

test('a pending payment is sped up and then cancelled on its screen', async () => {
  await review(address, '4');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await press(/^Send 4/);
  for (const [way, ways] of [
    ['Speed up', 'Cancel payment'],
    ['Cancel payment', 'Speed up'],
  ] as const) {
    await page.getByRole('button', { name: ways, exact: true }).waitFor();
    const before = page.url();
    await page.getByRole('button', { name: way, exact: true }).click();
    const panel = page.getByRole('region', { name: way });
    await panel.getByText('Additional fee').waitFor();
    // This node has seen no blocks of others, but those that it mined itself a moment ago.
    await panel
      .getByText(/^Estimated chance to be mined: .*% within 6 blocks|^There is not enough data yet/)
      .waitFor();
    await panel.getByLabel(/^Password of /).fill(PASSWORD);
    await panel.getByRole('button', { name: way, exact: true }).click();
    await expect.poll(() => page.url()).not.toBe(before);
  }
  await page.getByText('Payment to yourself').waitFor();
  // The wallet learns of the replacement from the mempool.
  await expect
    .poll(async () => {
      const entries = await client.wallet.history({ name: NAME, limit: 20 });
      const paid = entries.filter((entry) => paidMotes(entry) === 400_000_000);
      return [entries[0]!.kind, ...paid.map(({ state }) => state)];
    })
    .toEqual(['self', 'cancelled', 'cancelled']);
});

test('right-to-left text is isolated in every sentence of the page', async () => {
  const [payment] = (await client.wallet.history({ name: NAME, limit: 10 })).filter(
    ({ kind }) => kind === 'sent',
  );
  await client.wallet.setLabel({ name: NAME, subject: payment!.txid, label: LABEL });
  await client.mining.start({ wallet: NAME, threads: 1 });
  /** Texts on the page that hold the mark, and those of them that nothing sets apart. */
  const look = () =>
    page.evaluate((mark) => {
      const apart = (text: string) => text.lastIndexOf('\u2068', text.indexOf(mark)) >= 0;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found: string[] = [];
      const loose: string[] = [];
      while (walker.nextNode()) {
        const { nodeValue, parentElement } = walker.currentNode;
        const text = nodeValue ?? '';
        if (!text.includes(mark)) continue;
        found.push(text);
        const style = getComputedStyle(parentElement!).unicodeBidi;
        if (!['isolate', 'plaintext', 'isolate-override'].includes(style) && !apart(text)) loose.push(text);
      }
      for (const element of document.querySelectorAll('[title], [aria-label], [placeholder]'))
        for (const name of ['title', 'aria-label', 'placeholder']) {
          const text = element.getAttribute(name) ?? '';
          if (text.includes(mark) && !apart(text)) loose.push(`${name}: ${text}`);
        }
      return { found: found.length, loose };
    }, MARK);
  const places: [place: string, act?: () => Promise<unknown>][] = [
    ['home'],
    ['wallet'],
    [`payment/${payment!.txid}`],
    ['mining'],
    ['settings'],
    ['settings', () => page.getByRole('button', { name: 'Recovery phrase and password' }).first().click()],
    ['settings', () => page.getByRole('button', { name: 'Unlock' }).first().click()],
    ['send', () => review(`kith:${address}?label=${encodeURIComponent(LABEL)}`, '4')],
  ];
  const seen: string[] = [];
  for (const [place, act] of places) {
    await go('blocks');
    await page.reload();
    await go(place);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await act?.();
    await expect.poll(async () => (await look()).found, { message: place }).toBeGreaterThan(0);
    expect((await look()).loose, place).toEqual([]);
    seen.push(place);
  }
  expect(seen).toHaveLength(places.length);
  await client.mining.stop();
});

test('mining that was paused in the tray continues on its screen', async () => {
  await client.mining.start({ wallet: NAME, threads: 1 });
  await client.mining.pause({ reason: 'user' });
  await go('mining');
  await page.getByRole('button', { name: 'Continue mining' }).click();
  await page.getByRole('button', { name: 'Continue mining' }).waitFor({ state: 'detached' });
  expect(await client.mining.status()).toMatchObject({ running: true, paused: null });
  await client.mining.stop();
});
