import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import { type AppPage, createAppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt } from '../support/look-at.ts';
import { PASSWORD } from '../support/wallet-page.ts';

// Amounts in browsers of two languages, with the same node.
let pages: BrowserPages;
let node: NodeProcess;
let receiver: string;

beforeAll(async () => {
  pages = await startBrowserPages();
  node = await pages.startNode('mine');
  const { client } = await connect(node);
  for (const name of ['Everyday', 'Savings']) await client.wallet.create({ name, password: PASSWORD });
  const { address } = await client.wallet.address({ name: 'Everyday' });
  ({ address: receiver } = await client.wallet.address({ name: 'Savings' }));
  await client.mining.generate({ address, blocks: 30 });
}, 120_000);

afterAll(() => pages.stop(), 60_000);

describe.each([
  { locale: 'en-US', mark: '.' },
  { locale: 'de-DE', mark: ',' },
])('in a browser with the language $locale', ({ locale, mark }) => {
  let person: AppPage;
  const text = () => person.page.locator('main').innerText();
  const other = mark === '.' ? ',' : '.';

  beforeAll(async () => {
    person = createAppPage(await pages.open(node, { locale }));
    await person.page.getByRole('heading', { name: 'Home' }).waitFor();
  }, 60_000);

  test('amounts have the decimal mark of the language', async () => {
    await expect.poll(text).toMatch(new RegExp(`\\d\\${mark}\\d`));
    expect(await text()).not.toMatch(new RegExp(`\\d\\${other}\\d`));
  });

  test('a typed amount may have either mark', async () => {
    const { page } = person;
    await person.go('send');
    await person.fill('To', receiver);
    for (const typed of ['1.5', '1,5']) {
      await person.fill('Amount', typed);
      await expect.poll(text).toContain(`1${mark}50`);
      expect(await page.getByText('readings').count()).toBe(0);
    }
  });

  test('an amount with two readings is refused with both', async () => {
    for (const typed of ['1.234', '1,234']) {
      await person.fill('Amount', typed);
      const sentence = `This may be 1${mark}2340\u00a0KITH or 1234\u00a0KITH. Write 1${mark}2340 or 1234.`;
      await person.page.getByText(sentence).waitFor();
    }
    await lookAt(person.page, `ambiguous-${locale}`);
  });

  test('the setting changes all amounts at once, and is kept', async () => {
    const { page } = person;
    await person.go('settings');
    await page.getByText(mark === '.' ? '1,5' : '1.5', { exact: true }).click();
    await lookAt(page, `settings-${locale}`);
    await person.go('home');
    await expect.poll(text).toMatch(new RegExp(`\\d\\${other}\\d`));
    await page.reload();
    await expect.poll(text).toMatch(new RegExp(`\\d\\${other}\\d`));
    expect(await text()).not.toMatch(new RegExp(`\\d\\${mark}\\d`));
  });

  test('with motes as the unit, all amounts are whole, and typed ones are read as motes', async () => {
    const { page } = person;
    await person.go('settings');
    await page.getByText('motes', { exact: true }).click();
    await lookAt(page, `settings-motes-${locale}`);
    await person.go('home');
    await expect.poll(text).toMatch(/\d\s*motes/);
    expect(await text()).not.toMatch(/\dKITH|\d\sKITH/);
    await person.go('send');
    await person.fill('To', receiver);
    await person.fill('Amount', '1.5');
    await page.getByText('A mote cannot be divided.').waitFor();
    await lookAt(page, `motes-problem-${locale}`);
    await person.fill('Amount', '150000000');
    await person.press('Review');
    await page.getByRole('button', { name: 'Send 150\u202f000\u202f000\u00a0motes' }).waitFor();
    await lookAt(page, `motes-review-${locale}`);
    await person.go('settings');
    await page.getByText('KITH', { exact: true }).first().click();
    await person.go('home');
    await expect.poll(text).not.toMatch(/motes/);
  });
});
