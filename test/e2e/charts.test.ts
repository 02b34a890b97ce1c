import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookEverywhere } from '../support/look-everywhere.ts';
import { writePastMetrics } from '../support/past-metrics.ts';

// The charts of a real node that ran before, with a pause.
const HOUR = 3600;
const DAY = 24 * HOUR;
let pages: BrowserPages;
let page: Page;
let client: KithClient;

const wave = (sample: number, least: number, most: number): number =>
  least + ((most - least) * (1 + Math.sin(sample / 40))) / 2;

beforeAll(async () => {
  pages = await startBrowserPages();
  await writePastMetrics(
    path.join(pages.folder, 'node'),
    [
      { from: 200 * DAY, to: 60 * DAY, every: HOUR },
      { from: 20 * HOUR, to: 9 * HOUR, every: 60 },
      { from: 6 * HOUR, to: HOUR, every: 60 },
      { from: HOUR, to: 1800, every: 1 },
      { from: 1200, to: 20, every: 1 },
    ],
    (sample) => ({
      memoryBytes: wave(sample, 150e6, 210e6),
      heapBytes: wave(sample + 20, 40e6, 70e6),
      processorShare: wave(sample, 0.02, 0.4),
      loopDelayMs: sample % 97 === 0 ? 180 : wave(sample, 1, 12),
      receivedBytesPerSecond: wave(sample, 500, 9000),
      sentBytesPerSecond: wave(sample + 60, 100, 4200),
      freeDiskBytes: 400e9 - sample * 1e6,
    }),
  );
  const node = await pages.startNode('node');
  ({ client } = await connect(node));
  page = await pages.open(node);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const go = (place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const chart = (title: string) => page.getByRole('figure', { name: new RegExp(`^${title}`) });
const cursor = (title: string) => page.getByRole('slider', { name: `${title}, values over time` });
const spoken = (title: string) => cursor(title).getAttribute('aria-valuetext');

/** Pixels of a chart that have exactly the colour of its first line in the legend. */
function countLinePixels(figure: HTMLElement | SVGElement): number {
  const canvas = figure.querySelector('canvas')!;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  const { color } = getComputedStyle(figure.querySelector('.swatch')!);
  const [red, green, blue] = color.match(/\d+/g)!.map(Number);
  let found = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255) found++;
  return found;
}

describe('the charts of the health screen', () => {
  beforeAll(async () => {
    await go('health');
    await chart('Memory').locator('canvas').waitFor();
  });

  test('show what the node measured, and go on with it', async () => {
    const range = await client.metrics.range({ metrics: ['memoryBytes'], step: 'second' });
    expect(range.values.memoryBytes!.length).toBeGreaterThan(1000);
    await expect.poll(() => spoken('Memory')).toMatch(/: Resident \d+\sMB, JavaScript heap \d+\sMB$/);
    const first = await spoken('Memory');
    await expect.poll(() => spoken('Memory')).not.toBe(first);
    expect(await chart('Memory').getByText('measured', { exact: true }).count()).toBe(1);
  });

  test.each(['light', 'dark'] as const)(
    'draw a line of the colour of the legend in the %s theme',
    async (theme) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await expect.poll(() => chart('Memory').evaluate(countLinePixels)).toBeGreaterThan(100);
    },
  );

  test('have a cursor for the arrow keys, which stops at each value of the table', async () => {
    await cursor('Memory').focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    const fifth = await spoken('Memory');
    await page.keyboard.press('ArrowRight');
    expect(await spoken('Memory')).not.toBe(fifth);
    await page.keyboard.press('ArrowLeft');
    expect(await spoken('Memory')).toBe(fifth);
    await chart('Memory').getByText('Table').click();
    // Both in one look: the oldest point leaves the chart in the course of time.
    const look = async () => {
      await cursor('Memory').press('Home');
      return chart('Memory').evaluate((figure) => {
        const cells = [...figure.querySelectorAll('tbody tr:last-child td')].map((cell) => cell.textContent);
        const value = figure.querySelector('[role=slider]')!.getAttribute('aria-valuetext');
        return value === `${cells[0]}: Resident ${cells[1]}, JavaScript heap ${cells[2]}`;
      });
    };
    await expect.poll(look).toBe(true);
    await chart('Memory').getByText('Table').click();
  });

  test('show the value under the pointer', async () => {
    const before = await spoken('Bandwidth');
    const { x, y, width, height } = (await cursor('Bandwidth').boundingBox())!;
    await page.mouse.move(x + width * 0.3, y + height / 2);
    await expect.poll(() => spoken('Bandwidth')).not.toBe(before);
    const shown = (await spoken('Bandwidth'))!;
    expect(
      await chart('Bandwidth')
        .getByText(shown.slice(0, shown.indexOf(': ')), { exact: true })
        .count(),
    ).toBe(1);
    await page.mouse.move(0, 0);
  });

  test('show a pause of the node as a gap, in words too', async () => {
    for (const [label, gaps] of [
      ['Hour', /[12] gaps? without a measurement/],
      ['Day', /2 gaps without a measurement/],
      ['Year', /1 gap without a measurement/],
    ] as const) {
      await page.getByText(label, { exact: true }).click();
      await expect
        .poll(() => chart('Memory').locator('p.aloud').textContent(), { message: label })
        .toMatch(gaps);
    }
  });

  test('pause while the page is hidden, and go on when it is shown', async () => {
    const setHidden = (hidden: boolean) =>
      page.evaluate((is) => {
        Object.defineProperty(document, 'hidden', { value: is, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    const measuredUntil = async () => {
      const { start, values } = await client.metrics.range({ metrics: ['memoryBytes'], step: 'second' });
      return start + values.memoryBytes!.length;
    };
    await page.getByText('Hour', { exact: true }).click();
    await expect.poll(() => spoken('Memory')).toMatch(/Resident/);
    await setHidden(true);
    const before = await spoken('Memory');
    const hiddenAt = await measuredUntil();
    // A point of this chart is ten seconds.
    await expect.poll(measuredUntil, { timeout: 60_000 }).toBeGreaterThan(hiddenAt + 12);
    expect(await spoken('Memory')).toBe(before);
    await setHidden(false);
    await expect.poll(() => spoken('Memory')).not.toBe(before);
  });

  test('can be seen in every size, theme and in forced colours', async () => {
    for (const label of ['Year', 'Day', 'Hour']) {
      await page.getByText(label, { exact: true }).click();
      await expect.poll(() => chart('Memory').locator('canvas').count()).toBe(1);
      await lookEverywhere(page, `health-${label.toLowerCase()}`);
    }
  });
});

test('the first screen loads no chart library', async () => {
  // A page that is never idle loads nothing before it is needed; the other tests load everything.
  await page.addInitScript(() => {
    window.requestIdleCallback = () => 0;
  });
  const scripts = () =>
    page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name.replace(/.*\//, '')));
  await go('home');
  await page.reload();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.waitForLoadState('networkidle');
  const isPlot = (name: string): boolean => name.startsWith('plot-');
  expect((await scripts()).filter(isPlot)).toEqual([]);
  await go('health');
  await expect.poll(async () => (await scripts()).filter(isPlot).length).toBeGreaterThan(0);
});

test('charts cause no error in the page', () => expect(pages.errors).toEqual([]));
