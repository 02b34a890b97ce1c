import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFindings } from '../support/look-at.ts';
import { contentFaults, forcedColourFaults, layoutFaults } from '../support/layout-faults.ts';
import { LONG } from '../support/scale.ts';
import { WALLET_SCENES } from '../support/wallet-scenes/wallet-scenes.ts';
import { openSceneWorld, type SceneWorld } from '../support/wallet-scenes/world.ts';

// Every screen of the wallet in every state; `npm run screens -- wallet` takes pictures of the same ones.
const WIDTHS = [1280, 800, 400];
let world: SceneWorld;

beforeAll(async () => {
  world = await openSceneWorld();
}, 180_000);
afterAll(() => world.stop(), 60_000);

async function resize(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  // The page has its new layout in the second frame after that.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** In short runs the dark theme is checked on the scenes that have every kind of part between them. */
const DARK: ReadonlySet<string> = new Set(
  'wallet send-filled review-warnings batch-problems payment-pending coins-selected addresses contacts receive setup-inheritance-role payment-file-half new-wallet-problems settings verify-proof'.split(
    ' ',
  ),
);

async function problemsOf(page: Page, scene: string): Promise<string[]> {
  const problems: string[] = [];
  const add = (at: string, found: readonly string[]) =>
    problems.push(...found.map((each) => `${at}: ${each}`));
  for (const width of WIDTHS) {
    await resize(page, width);
    add(`${width} pixels`, [...(await layoutFaults(page)), ...(await contentFaults(page))]);
  }
  await resize(page, WIDTHS[0]!);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  add('light', await axeFindings(page));
  if (LONG || DARK.has(scene)) {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    add('dark', await axeFindings(page, ['color-contrast']));
  }
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce', forcedColors: 'active' });
  add('forced colours', await forcedColourFaults(page));
  await page.emulateMedia({ colorScheme: null, forcedColors: null, reducedMotion: 'reduce' });
  return problems;
}

test.each(WALLET_SCENES)(
  'the scene “$name” fits every window, and is accessible in both themes and in forced colours',
  async (scene) => {
    const page = scene.isEmpty ? world.empty : world.page;
    await resize(page, WIDTHS[0]!);
    await scene.show(world);
    const problems = await problemsOf(page, scene.name);
    await scene.leave?.(world);
    expect(problems).toEqual([]);
  },
);

test('the buttons for the selected coins stay in sight while the table is longer than the window', async () => {
  const scene = WALLET_SCENES.find(({ name }) => name === 'coins-selected')!;
  for (const width of WIDTHS) {
    await resize(world.page, width);
    await scene.show(world);
    const last = world.page.getByRole('table', { name: 'Coins' }).getByRole('row').last();
    await world.page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
    const isBelow = await last.evaluate((row) => row.getBoundingClientRect().top > window.innerHeight);
    expect(isBelow).toBe(true);
    const button = world.page.getByRole('region', { name: 'Selected coins' }).getByRole('button').first();
    const place = await button.evaluate((each) => {
      const { left, top, width: wide, height } = each.getBoundingClientRect();
      return document.elementFromPoint(left + wide / 2, top + height / 2)?.textContent?.trim();
    });
    expect(place).toBe('Send');
    await world.page.getByRole('region', { name: 'Selected coins' }).getByText('Clear').click();
  }
});

test('no scene makes the page report an error', () => {
  expect(world.pages.errors).toEqual([]);
});
