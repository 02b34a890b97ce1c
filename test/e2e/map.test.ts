import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserPages, saveDownload, startBrowserPages } from '../support/browser-pages.ts';
import { fillWithPublic, type MapNode, type MapNodeOptions, startMapNode } from '../support/map-node.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { until } from '../support/until.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';

let pages: BrowserPages;
let friends: NodeProcess[];
const started: MapNode[] = [];

/** A node with its map, connected to both friends. */
async function mapOf(name: string, options: Omit<MapNodeOptions, 'folder' | 'bootstrap'>): Promise<MapNode> {
  const folder = path.join(pages.folder, name);
  mkdirSync(folder, { recursive: true });
  const bootstrap = friends.map(({ addresses }) => addresses[0]!);
  const node = await startMapNode({ folder, bootstrap, ...options });
  started.push(node);
  await until(() => node.running.facade.peers.list().length >= friends.length, 'its peers', { ms: 30_000 });
  return node;
}

async function open(node: MapNode, width = 1280): Promise<Page> {
  const page = await pages.open(node, { viewport: { width, height: 900 } });
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await page.getByRole('heading', { name: 'Map', exact: true }).waitFor();
  return page;
}

const rowOf = (page: Page, table: string, name: string | RegExp) =>
  page.getByRole('table', { name: table }).getByRole('row', { name });

beforeAll(async () => {
  pages = await startBrowserPages();
  const first = await pages.startNode('first');
  friends = [first, await pages.startNode('second', [first.addresses[0]!])];
});

afterAll(async () => {
  for (const node of started) await node.stop();
  await pages?.stop();
});

describe('the map', () => {
  let world: MapNode;
  let page: Page;
  beforeAll(async () => {
    world = await mapOf('world', {
      countries: 'small',
      fill: (addrman) => fillWithPublic(addrman, 3000),
      peersIn: ['JP', 'BR'],
    });
    page = await open(world);
    await page.getByRole('img', { name: /^World map/ }).waitFor();
  });

  test('shows peers and known addresses by country, and says that countries are estimates of which data', async () => {
    const { countries, total } = await world.running.facade.knownAddresses();
    expect(total).toBeGreaterThan(2500);
    const japan = countries.find(({ country }) => country === 'JP')!.addresses;
    expect(await rowOf(page, 'Peers and known addresses by country', /^Japan/).innerText()).toContain(
      `1\t${japan.toString()}`,
    );
    await page.getByText('Countries are estimated from data of a test, 2026-11-30, CC0.').waitFor();
    expect(await page.getByRole('img', { name: /^World map/ }).getAttribute('aria-label')).toContain(
      '2 peers and',
    );
  });

  test('moves to a selected country, and opens the peer that is clicked there', async () => {
    await page.getByRole('button', { name: 'Select Brazil' }).click();
    await page.getByRole('heading', { name: 'Peers in Brazil (estimated)' }).waitFor();
    // Selecting moves the country to the middle; a click on its peer there opens the peer.
    await page.locator('canvas').scrollIntoViewIfNeeded();
    const box = (await page.locator('canvas').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.getByText(/^Peer \w{8}, Brazil \(estimated\)/).waitFor();
    await page.mouse.down();
    await page.mouse.up();
    await page.getByRole('dialog', { name: 'Peer' }).getByText('Brazil').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show all peers' }).click();
    await page.getByRole('heading', { name: 'Peers on the map' }).waitFor();
    await page.getByRole('button', { name: 'Show all', exact: true }).click();
  });

  test('is moved and enlarged with the keyboard', async () => {
    const canvas = page.locator('canvas');
    const lastFrame = () =>
      page.evaluate(() => performance.getEntriesByName('kith-map-frame').at(-1)?.startTime ?? 0);
    await canvas.focus();
    for (const key of ['+', 'ArrowLeft', 'ArrowDown', '0']) {
      const before = await lastFrame();
      await page.keyboard.press(key);
      await expect.poll(lastFrame).toBeGreaterThan(before);
    }
    expect(await page.evaluate(() => performance.getEntriesByName('kith-map-frame').length)).toBe(1);
  });

  test('leaves the keys of the window, and arrows at its edge, to the window', async () => {
    await page.locator('canvas').focus();
    const refused = () =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas')!;
        return [
          { key: '+', ctrlKey: true },
          { key: '0', metaKey: true },
          { key: 'ArrowLeft', altKey: true },
          { key: 'ArrowDown' },
        ].map((init) => canvas.dispatchEvent(new KeyboardEvent('keydown', { ...init, cancelable: true })));
      });
    expect(await refused()).toEqual([true, true, true, true]);
  });

  test('leaves out what the filters say', async () => {
    await page.getByLabel('Show', { exact: true }).selectOption({ label: 'Peers only' });
    await until(
      async () =>
        (await page.getByRole('table', { name: 'Peers by country' }).getByRole('row').count()) === 4,
      'the countries of peers, that of the node, and the heading',
    );
    expect(await page.getByRole('img', { name: /^World map/ }).getAttribute('aria-label')).not.toContain(
      'known addresses in',
    );
    await page.getByLabel('Show', { exact: true }).selectOption({ label: 'Peers and known addresses' });
  });

  test('is saved as a picture', async () => {
    const file = await saveDownload(page, pages.folder, 'Save as picture');
    expect(path.basename(file)).toBe('kith-map-world.png');
  });

  test('has charts that say how each figure is known', async () => {
    for (const title of [
      'Ping (measured by this node)',
      'Versions (claimed by peers)',
      'Countries (estimated)',
      'Known addresses by source (counted by this node)',
    ])
      await page.getByRole('heading', { name: title, exact: true }).first().waitFor();
  });

  test.each([
    ['light', 'none'],
    ['dark', 'none'],
    ['dark', 'active'],
  ] as const)(
    'passes the accessibility checks in the %s theme with forced colours %s',
    async (colorScheme, forcedColors) => {
      await page.emulateMedia({ colorScheme, forcedColors });
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode()
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
        .analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
    },
  );

  test.each([400, 800, 1920])('fits a window of %d pixels', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await page.getByRole('img', { name: /^World map/ }).waitFor();
    expect(await layoutFaults(page)).toEqual([]);
  });
});

describe('the topology', () => {
  const drawn = (page: Page) => page.getByRole('img', { name: /^Your node, 2 peers by ping/ });

  test('of few network groups is laid out by a worker, and tells who sent the addresses of a group', async () => {
    const node = await mapOf('few-groups', {
      countries: 'none',
      fill: (addrman) => fillWithPublic(addrman, 60),
    });
    const page = await open(node);
    const worker = page.waitForEvent('worker');
    await page.getByText('Topology', { exact: true }).click();
    const started = await worker;
    await drawn(page).waitFor();
    // It ends with its answer, after which the map is drawn once more.
    if (page.workers().includes(started)) await started.waitForEvent('close');
    const [{ group, learnedFrom } = { group: '', learnedFrom: [] }] = (
      await node.running.facade.knownAddresses()
    ).groups;
    expect(
      await rowOf(
        page,
        'Network groups of known addresses',
        new RegExp(`^${group.replaceAll('.', '\\.')} `),
      ).innerText(),
    ).toContain(learnedFrom[0]!.group);
    await page.getByRole('button', { name: `Select group ${group}`, exact: true }).click();
    await page.getByRole('button', { name: `Deselect group ${group}`, exact: true }).waitFor();
  });

  test.each([400, 1280])(
    'of many network groups fits a window of %d pixels, says what is not drawn, and is saved',
    async (width) => {
      const node = await mapOf(`many-groups-${width}`, {
        countries: 'none',
        fill: (addrman) => fillWithPublic(addrman, 3000),
      });
      const page = await open(node, width);
      await page.getByText('Topology', { exact: true }).click();
      await drawn(page).waitFor();
      await page.getByText(/further groups with/).waitFor();
      expect(await layoutFaults(page)).toEqual([]);
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode()
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
        .analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
      expect(path.basename(await saveDownload(page, pages.folder, 'Save as picture'))).toBe(
        'kith-map-topology.png',
      );
    },
  );
});

test('a map of private addresses only counts them in the tray and refers to the topology', async () => {
  const node = await mapOf('private', { countries: 'small' });
  const page = await open(node);
  await page.getByText(/The world map is empty/).waitFor();
  expect(await page.getByRole('row', { name: /^Private/ }).innerText()).toMatch(/2\s+0$/);
  await page.getByText('Topology', { exact: true }).click();
  await page
    .getByRole('button', { name: /^Peer \w{8} at 127\.0\.0\.1/ })
    .first()
    .waitFor();
  await page.getByRole('heading', { name: 'Direction (counted by this node)' }).waitFor();
});

test('a map without country data says so, and how to get it', async () => {
  const node = await mapOf('without', { countries: 'none', fill: (addrman) => fillWithPublic(addrman, 300) });
  const page = await open(node);
  await page.getByText(/has no country data/).waitFor();
  expect(await page.getByRole('row', { name: /^Unknown/ }).innerText()).toMatch(/0\s+\d{3}$/);
});

test('the pages have logged no errors', () => {
  expect(pages.errors).toEqual([]);
});
