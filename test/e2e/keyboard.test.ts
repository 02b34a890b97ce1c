import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { createKeyboard, type Keyboard } from '../support/keyboard.ts';

// From nothing to a payment without a mouse: only Tab, Enter, Space and letters.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;
let keyboard: Keyboard;

beforeAll(async () => {
  pages = await startBrowserPages();
  page = await pages.open(await pages.startNode('node'), { viewport: { width: 800, height: 600 } });
  keyboard = createKeyboard(page);
  await page.getByText('Welcome to Kith').waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

test('a user creates a wallet, mines and pays with the keyboard alone', async () => {
  const { tabTo, type, goTo, focused } = keyboard;
  await tabTo('Create wallet');
  await page.keyboard.press('Enter');
  await page.getByLabel('Wallet name').waitFor();
  await type('Wallet name', 'Everyday');
  await type('Password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('is ready to receive').waitFor();
  await tabTo('Write down the phrase');
  await page.keyboard.press('Enter');
  await type(/^Password of /, PASSWORD);
  await page.keyboard.press('Enter');
  const list = page.getByRole('list', { name: 'Recovery phrase' });
  await list.waitFor();
  const words = await list.locator('.mono').allTextContents();
  await tabTo('I have written them down');
  await page.keyboard.press('Enter');
  await page
    .getByText(/^Word \d+$/)
    .first()
    .waitFor();
  for (const label of await page.getByText(/^Word \d+$/).allTextContents())
    await type(label, words[Number(label.slice('Word '.length)) - 1]!);
  await page.keyboard.press('Enter');
  await page.getByText('can be restored with these words').waitFor();

  await goTo('mining');
  await page.getByText('Not mining').waitFor();
  await tabTo('Mine');
  await page.keyboard.press('Space');
  await page.getByText('H/s').first().waitFor();

  // The palette leads anywhere, and gives the focus back when it is left.
  await goTo('receive');
  await page.getByRole('button', { name: 'Copy address' }).waitFor();
  const address = (await page.locator('.address .groups').first().textContent()) ?? '';
  await tabTo('Copy address');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Search' }).waitFor({ state: 'detached' });
  await expect.poll(async () => (await focused()).name).toBe('Copy address');
  await goTo('send');
  await page.getByText(/Available: [1-9]/).waitFor({ timeout: 120_000 });
  await type('To', address);
  await type('Amount', '1.5');
  await page.keyboard.press('Enter');
  await page.getByText('Total', { exact: true }).waitFor();
  await type('Password of Everyday', PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Payment to yourself' }).waitFor({ timeout: 60_000 });
});
