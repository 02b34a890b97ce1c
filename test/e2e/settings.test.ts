import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type AppPage, createAppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt } from '../support/look-at.ts';
import { lookEverywhere } from '../support/look-everywhere.ts';
import { PASSWORD } from '../support/wallet-page.ts';

// The settings screen with a real node: search, anchors, what is stored in the node and what in the browser.
let pages: BrowserPages;
let person: AppPage;
let client: KithClient;
let node: Awaited<ReturnType<BrowserPages['startNode']>>;

beforeAll(async () => {
  pages = await startBrowserPages();
  node = await pages.startNode('mine');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: PASSWORD });
  person = createAppPage(await pages.open(node));
  await person.page.getByRole('heading', { name: 'Home' }).waitFor();
}, 180_000);

afterAll(() => pages.stop(), 60_000);

const headings = () => person.page.locator('main h2').allInnerTexts();
const row = (name: string) =>
  person.page.locator('.row', { has: person.page.getByRole('heading', { name }) });

test('the screen has all sections, in every form of the window', async () => {
  await person.go('settings');
  await person.page.getByRole('switch', { name: 'Upload rate' }).waitFor();
  expect(await headings()).toEqual(
    expect.arrayContaining(
      'General Network Storage Bandwidth Mining Security Privacy Appearance Units Updates About'.split(' '),
    ),
  );
  await lookEverywhere(person.page, 'settings-all');
});

describe('the search', () => {
  const search = () => person.page.getByRole('searchbox', { name: 'Search settings' });

  test('shows only what has all words, and says how many settings that are', async () => {
    await search().fill('upload');
    await expect.poll(headings).toEqual(['Bandwidth']);
    await search().fill('dark theme');
    await expect.poll(headings).toEqual(['Appearance']);
    await person.page.getByText('1 setting', { exact: true }).waitFor();
    await lookAt(person.page, 'settings-search');
  });

  test('leads from the field into the first setting by keyboard, and Escape shows everything again', async () => {
    await search().fill('private broadcast');
    await search().press('Enter');
    await expect
      .poll(() => person.page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Private broadcast');
    await search().press('Escape');
    await expect.poll(async () => (await headings()).length).toBeGreaterThan(10);
  });

  test('says what to do when nothing matches', async () => {
    await search().fill('zzz');
    await person.page.getByText('No setting matches.').waitFor();
    await lookAt(person.page, 'settings-search-none');
    await search().fill('');
  });
});

test('a limit is switched on, changed and removed, and the node follows at once', async () => {
  const limit = async () => (await client.network.activity({})).upload.limit;
  const rate = person.page.getByRole('switch', { name: 'Upload rate' });
  await rate.click();
  // A suggestion is no choice.
  await row('Upload rate').getByRole('button', { name: 'Save' }).waitFor();
  expect(await limit()).toBeNull();
  await row('Upload rate').getByRole('button', { name: 'Save' }).click();
  await expect.poll(limit).toBe(500_000);
  await person.fill('Upload rate: limit', '19');
  await row('Upload rate').getByText('Enter a whole number from 20').waitFor();
  expect(await row('Upload rate').getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await lookAt(person.page, 'settings-limit-wrong');
  await person.fill('Upload rate: limit', '250');
  await row('Upload rate').getByRole('button', { name: 'Save' }).click();
  await expect.poll(limit).toBe(250_000);
  await rate.click();
  await expect.poll(limit).toBe(null);
});

test('the upload limit of a month is set here, and what is used of it is shown', async () => {
  await person.page.getByText('There is no limit.').waitFor();
  await person.page.getByRole('switch', { name: 'Upload a month' }).click();
  await person.fill('Upload a month: limit', '12');
  await row('Upload a month').getByRole('button', { name: 'Save' }).click();
  await person.page.getByText(/Sent in this month: .* of 12\sMB/).waitFor();
  expect((await client.network.activity({})).upload.month).toMatchObject({
    limit: 12_000_000,
    stage: 'open',
  });
  await lookAt(person.page, 'settings-month');
  await person.page.getByRole('switch', { name: 'Upload a month' }).click();
  await person.page.getByText('There is no limit.').waitFor();
});

test('what the terminal changes is shown at once', async () => {
  await client.settings.set({ privateBroadcast: false });
  const broadcast = person.page.getByRole('switch', { name: 'Private broadcast' });
  await expect.poll(() => broadcast.getAttribute('aria-checked')).toBe('false');
  await row('Private broadcast').getByRole('button', { name: 'Use default' }).click();
  await expect.poll(() => broadcast.getAttribute('aria-checked')).toBe('true');
});

test('what was given as an argument is shown with its reason and cannot be changed', async () => {
  const listen = row('Listen addresses');
  await listen.getByText('Given as an argument when Kith was started.').waitFor();
  expect(await listen.getByLabel('Listen addresses', { exact: true }).isDisabled()).toBe(true);
});

test('an address that is not valid is refused with a sentence, and nothing is stored', async () => {
  const advertised = row('Advertised addresses');
  await advertised.getByLabel('Advertised addresses', { exact: true }).fill('nowhere');
  await advertised.getByRole('button', { name: 'Save' }).click();
  await advertised.getByRole('alert').getByText('is not a network address').waitFor();
  expect((await client.settings.get({})).values.announce.source).toBe('default');
});

test('a change that needs a restart says so, and the button restarts the node', async () => {
  const advertised = row('Advertised addresses');
  const address = '/ip4/192.0.2.7/tcp/1000';
  await advertised.getByLabel('Advertised addresses', { exact: true }).fill(address);
  await advertised.getByRole('button', { name: 'Save' }).click();
  await advertised.getByText('Takes effect when the node is restarted.').waitFor();
  await lookAt(person.page, 'settings-restart');
  await person.press('Restart node');
  await expect.poll(() => advertised.getByText('Changed by you.').count(), { timeout: 60_000 }).toBe(1);
  expect(await person.page.getByRole('button', { name: 'Restart node' }).count()).toBe(0);
  // The API has the same address and token as before.
  ({ client } = await connect(node));
  expect((await client.settings.get({})).values.announce.value).toEqual([address]);
});

describe('the appearance', () => {
  const root = () =>
    person.page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)));
  const sizeOf = () =>
    person.page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));

  test('has larger text, which stays after a reload', async () => {
    const before = await sizeOf();
    await person.page.getByText('Larger', { exact: true }).click();
    await expect.poll(sizeOf).toBeGreaterThan(before * 1.25);
    await person.page.reload();
    await expect.poll(root).toMatchObject({ text: 'larger' });
    await person.page.getByRole('heading', { name: 'Appearance' }).waitFor();
    await lookAt(person.page, 'settings-larger');
    await person.page.getByText('Normal', { exact: true }).click();
    await expect.poll(sizeOf).toBe(before);
  });

  test('has a high contrast in both themes', async () => {
    await person.page.getByText('High contrast', { exact: true }).click();
    await expect.poll(root).toMatchObject({ contrast: 'more' });
    await lookAt(person.page, 'settings-contrast');
    await row('Contrast').getByText('Same as system').click();
    await expect.poll(async () => (await root())['contrast']).toBeUndefined();
  });
});

test('the command palette leads to a setting, which gets the focus', async () => {
  await person.go('home');
  await person.page.keyboard.press('Control+k');
  await person.page.keyboard.type('upload');
  await person.page.getByRole('option', { name: 'Upload rate' }).click();
  await expect
    .poll(() => person.page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('Upload rate');
});

test('the settings cause no error in the page', () => {
  // The page tries to connect while the node restarts.
  expect(pages.errors.filter((error) => !error.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
});

test('old blocks are deleted only after a limit was typed and the question answered', async () => {
  await person.go('settings');
  const pruned = async () => (await client.settings.get({})).values.pruneMb.value;
  const prune = person.page.getByRole('switch', { name: 'Prune old blocks' });
  await prune.click();
  await person.fill('Prune old blocks: limit', '5000');
  expect(await pruned()).toBeNull();
  await row('Prune old blocks').getByRole('button', { name: 'Save' }).click();
  await person.page.getByText(/Blocks beyond the newest 5\s000 MB are deleted/).waitFor();
  await person.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(await pruned()).toBeNull();
  await row('Prune old blocks').getByRole('button', { name: 'Save' }).click();
  await person.page.getByRole('button', { name: 'Delete old blocks' }).click();
  await expect.poll(pruned).toBe(5000);
  await prune.click();
  await expect.poll(pruned).toBeNull();
});
