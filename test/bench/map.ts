import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { systemClock } from '../../main/lib/clock.ts';
import { createAddressCounts } from '../../main/net/peers/address-counts.ts';
import { createAddressManager } from '../../main/net/peers/address-manager.ts';
import { createMemoryStore } from '../../main/net/peers/peer-store.ts';
import { netgroupOf } from '../../main/net/transport/multiaddrs.ts';
import { ensurePage } from '../../tools/support/page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { silent } from '../support/chain/test-chain.ts';
import { fillWithPublic, startMapNode } from '../support/map-node.ts';
import { createRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import type { Bench, Figures } from './bench.ts';
import { quantile } from './support/timing.ts';

const KNOWN = 5000;
const FRAMES = 60;
const THROTTLE = 4;

/** What a frame of the map costs the page, and what its counts cost the node. */
export const bench: Bench = {
  name: 'map',
  description:
    'the map with 5 000 known addresses: frames, also at a quarter of the speed, and counting them',
  async run({ say }) {
    await ensurePage();
    const pages = await startBrowserPages();
    const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-map-bench-'));
    try {
      say('counting …');
      const counted = await measureCounting();
      say('drawing …');
      return { ...counted, ...(await measureFrames(pages, folder)) };
    } finally {
      await pages.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** The whole count, and the longest time that it kept the event loop. */
async function measureCounting(): Promise<Figures> {
  const addrman = createAddressManager({
    store: createMemoryStore(silent),
    clock: systemClock,
    random: createRandom(5),
    groupOf: netgroupOf,
  });
  fillWithPublic(addrman, KNOWN);
  const turns: number[] = [];
  let began = performance.now();
  const clock = {
    monotonic: systemClock.monotonic,
    async soon() {
      turns.push(performance.now() - began);
      await systemClock.soon();
      began = performance.now();
    },
  };
  const start = performance.now();
  const count = createAddressCounts({ addrman, bootstrap: [], groupOf: netgroupOf, clock });
  began = performance.now();
  const { total } = await count(() => null);
  turns.push(performance.now() - began);
  return {
    known_addresses: total,
    count_ms: performance.now() - start,
    count_longest_turn_ms: Math.max(...turns),
  };
}

async function measureFrames(pages: BrowserPages, folder: string): Promise<Figures> {
  const friend = await pages.startNode('friend');
  const node = await startMapNode({
    folder,
    bootstrap: [friend.addresses[0]!],
    countries: 'small',
    fill: (addrman) => fillWithPublic(addrman, KNOWN),
    peersIn: ['DE'],
  });
  try {
    await until(() => node.running.facade.peers.list().length > 0, 'a peer');
    const page = await pages.open(node);
    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await page.evaluate(rasteriseFrames);
    const session = await page.context().newCDPSession(page);
    const figures: Record<string, number> = {};
    for (const view of ['World', 'Topology']) {
      await page.getByText(view, { exact: true }).click();
      await page.locator('canvas').focus();
      for (const rate of [1, THROTTLE]) {
        await session.send('Emulation.setCPUThrottlingRate', { rate });
        const frames = await framesOf(page);
        const name = `${view.toLowerCase()}_frame${rate === 1 ? '' : '_throttled'}`;
        figures[`${name}_median_ms`] = quantile(frames, 0.5);
        figures[`${name}_p95_ms`] = quantile(frames, 0.95);
      }
      await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    }
    return figures;
  } finally {
    await node.stop();
  }
}

/** Runs in the page: a frame ends when its pixels are there, not when its commands are recorded. */
function rasteriseFrames(): void {
  const measure = performance.measure.bind(performance);
  performance.measure = (...args: Parameters<typeof performance.measure>) => {
    if (args[0] === 'kith-map-frame')
      document.querySelector('canvas')?.getContext('2d')?.getImageData(0, 0, 1, 1);
    return measure(...args);
  };
}

/** Milliseconds of each frame while the map is enlarged and moved, as the page measures them. */
async function framesOf(page: Page): Promise<number[]> {
  const frames = () =>
    page.evaluate(() => performance.getEntriesByName('kith-map-frame').map(({ duration }) => duration));
  const before = (await frames()).length;
  for (let i = 0; i < FRAMES; i++) {
    await page.keyboard.press(
      i % 12 === 0 ? '+' : i % 12 === 6 ? '-' : i % 2 === 0 ? 'ArrowLeft' : 'ArrowRight',
    );
    // At an edge of the map, or fully enlarged, a key changes nothing.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined)))),
    );
  }
  return (await frames()).slice(before);
}
