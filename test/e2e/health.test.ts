import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import { type BrowserPages, saveDownload, startBrowserPages } from '../support/browser-pages.ts';
import { lookEverywhere } from '../support/look-everywhere.ts';
import type { KithClient } from '../../shared/contract/contract.ts';

// The log and the diagnosis of a real node.
let pages: BrowserPages;
let page: Page;
let client: KithClient;

beforeAll(async () => {
  pages = await startBrowserPages();
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  page = await pages.open(node);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.evaluate(() => (location.hash = '#/health'));
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const log = () => page.getByRole('log', { name: 'Log of the node' });

describe('the log on the health screen', () => {
  test('has what the node logged', async () => {
    const lines = await client.node.log({ limit: 500, level: 'info' });
    expect(lines.length).toBeGreaterThan(0);
    await expect.poll(() => log().textContent()).toContain(lines[0]!.message);
  });

  test('goes on with what the node logs', async () => {
    const shown = await log().locator('p').count();
    await page.reload();
    await client.settings.set({ logLevel: 'debug' });
    await page.getByLabel('Level', { exact: true }).selectOption('debug');
    await client.peers.add({ address: '/ip4/127.0.0.1/tcp/1' }).catch(() => undefined);
    await expect.poll(() => log().locator('p').count(), { timeout: 20_000 }).toBeGreaterThan(shown);
  });

  test('shows only lines with the text', async () => {
    await page.getByLabel('Text', { exact: true }).fill('no line has this text');
    await log().getByText('No line matches the filter.').waitFor();
    await page.getByLabel('Text', { exact: true }).fill('');
    await expect.poll(() => log().locator('p').count()).toBeGreaterThan(1);
  });

  test('shows only lines of the area', async () => {
    const [{ area } = { area: '' }] = await client.node.log({ limit: 500, level: 'info' });
    await page.getByLabel('Area', { exact: true }).selectOption(area);
    const areas = await log().locator('.area').allTextContents();
    expect(areas.length).toBeGreaterThan(0);
    expect(areas.filter((each) => each !== area && !each.startsWith(`${area}.`))).toEqual([]);
    await page.getByLabel('Area', { exact: true }).selectOption('');
  });

  test('pauses and continues', async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText(/^Paused\. \d+ new lines? waiting\.$/).waitFor();
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText(/lines? shown; the newest 1000 are kept\.$/).waitFor();
  });
});

describe('the diagnosis on the health screen', () => {
  test('is shown whole, and saved exactly as it was shown', async () => {
    await page.getByRole('button', { name: 'Show diagnosis', exact: true }).click();
    const shown = await page.getByRole('region', { name: 'Text of the diagnosis' }).textContent();
    expect(shown).toMatch(/^Kith diagnosis\n/);
    const file = await saveDownload(page, pages.folder, 'Save diagnosis');
    expect(file).toMatch(/kith-diagnosis-\d{4}-\d\d-\d\d\.txt$/);
    expect(readFileSync(file, 'utf8')).toBe(shown);
  });

  test('has no address and no peer id of this node', async () => {
    const { peerId } = await client.node.status({});
    const shown = await page.getByRole('region', { name: 'Text of the diagnosis' }).textContent();
    expect(shown).not.toContain(peerId);
    expect(shown).not.toContain('127.0.0.1');
  });
});

test('the screen with log and diagnosis holds in every width and theme', async () => {
  await lookEverywhere(page, 'health-log');
});

describe('the screen of the reachability', () => {
  beforeAll(async () => {
    await page.getByRole('link', { name: 'Show details', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Reachability', level: 1 }).waitFor();
  });

  test('has the cause, and that nothing was tried on a node that listens on loopback only', async () => {
    const { notice } = await client.network.reachability({});
    await page.getByText(notice.message, { exact: true }).waitFor();
    expect(await page.getByText('Off', { exact: true }).count()).toBe(5);
  });

  test('says why a test is not possible', async () => {
    await page.getByRole('button', { name: 'Test again', exact: true }).click();
    await page
      .getByRole('alert')
      .getByText(/^Reachability cannot be tested now: a peer outside/)
      .waitFor();
  });

  test('holds in every width and theme', async () => {
    await lookEverywhere(page, 'reachability');
  });
});
