import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type AppPage, createAppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookEverywhere } from '../support/look-everywhere.ts';
import { until } from '../support/until.ts';

// The small charts of the Peers and Home screens, of a node with a peer.
let pages: BrowserPages;
let person: AppPage;
let client: KithClient;

beforeAll(async () => {
  pages = await startBrowserPages();
  const other = await pages.startNode('other');
  const node = await pages.startNode('mine', [other.addresses[0]!]);
  ({ client } = await connect(node));
  await until(async () => (await client.peers.list()).length === 1, 'the nodes are connected');
  person = createAppPage(await pages.open(node));
  await person.page.getByRole('heading', { name: 'Home' }).waitFor();
}, 180_000);

afterAll(() => pages.stop(), 60_000);

test('Home shows the rates of the last hour, in numbers, as lines and in words', async () => {
  const rates = person.page.getByRole('region', { name: 'Bandwidth in the last hour' });
  await expect
    .poll(() => rates.locator('strong').allInnerTexts())
    .toEqual([expect.stringMatching(/^\d.*B\/s$/), expect.stringMatching(/^\d.*B\/s$/)]);
  const line = rates.getByRole('img', { name: /^Received since .*: now .*B\/s/ });
  await expect.poll(() => line.locator('path').getAttribute('d')).toMatch(/L/);
  await lookEverywhere(person.page, 'home-rates');
});

test('Peers shows connections, rates and reachability', async () => {
  await person.go('peers');
  const tiles = person.page.getByRole('region', { name: 'Connections in the last hour' });
  await tiles.getByText('only from this computer').waitFor();
  await expect
    .poll(async () => (await tiles.locator('strong').allInnerTexts()).slice(0, 2))
    .toEqual(['1', '0']);
  await expect.poll(() => tiles.getByRole('img', { name: /^Outbound since .* now 1/ }).count()).toBe(1);
  await lookEverywhere(person.page, 'peers-tiles');
});

test('the small charts cause no error in the page', () => expect(pages.errors).toEqual([]));
