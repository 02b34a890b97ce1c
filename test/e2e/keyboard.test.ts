import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// From nothing to a payment without a mouse: only Tab, Enter, Space and letters.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let page: Page;

beforeAll(async () => {
  pages = await startBrowserPages();
  page = await pages.open(await pages.startNode('node'), { viewport: { width: 800, height: 600 } });
  await page.getByText('Welcome to Kith').waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

/** What has the focus, as a person would name it; and whether it can be seen to have it. */
const focused = () =>
  page.evaluate<{ name: string; shown: boolean }>(() => {
    const it = document.activeElement;
    if (!(it instanceof HTMLElement)) return { name: '', shown: false };
    const label =
      it instanceof HTMLInputElement ? (it.labels?.[0]?.textContent ?? '') : (it.textContent ?? '');
    const name = it.getAttribute('aria-label') ?? label.trim();
    // The ring of a field is drawn by the box around it.
    const ringed = [it, it.parentElement].some(
      (part) => part !== null && getComputedStyle(part).outlineStyle !== 'none',
    );
    return { name, shown: ringed };
  });

const MAX_STEPS = 60;

/** Presses Tab until something of this name has the focus, which must be visible there. */
async function tabTo(name: string | RegExp): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < MAX_STEPS; step++) {
    await page.keyboard.press('Tab');
    const now = await focused();
    seen.push(now.name);
    if (typeof name === 'string' ? now.name !== name : !name.test(now.name)) continue;
    expect(now.shown, `the focus on “${now.name}” can be seen`).toBe(true);
    return;
  }
  throw new Error(`Tab never came to ${String(name)}, but to: ${seen.join(' · ')}`);
}

async function type(field: string | RegExp, text: string): Promise<void> {
  await tabTo(field);
  await page.keyboard.type(text);
}

/** Calls the palette, which has the focus as soon as it is there, and goes where the letters lead. */
async function goTo(place: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).waitFor();
  await page.keyboard.type(place);
  await page.keyboard.press('Enter');
}

test('a user creates a wallet, mines and pays with the keyboard alone', async () => {
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
