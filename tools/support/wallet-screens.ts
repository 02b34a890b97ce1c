/**
 * Screenshots of every screen of the wallet in every state (test/support/wallet-scenes), in both themes and three widths, in a
 * wide window, and in forced colours. Takes about ten minutes on two cores.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { messageOf } from '../../main/lib/errors.ts';
import { findChromium } from '../../test/support/chromium.ts';
import type { Scene } from '../../test/support/wallet-scenes/scene.ts';
import { WALLET_SCENES } from '../../test/support/wallet-scenes/wallet-scenes.ts';
import { openSceneWorld, type SceneWorld } from '../../test/support/wallet-scenes/world.ts';
import { ensurePage } from './page.ts';

const WIDTHS = [1280, 800, 400];
const WIDE = 1920;
const HEIGHTS = { least: 800, most: 2600 };
const THEMES = ['light', 'dark'] as const;

const say = (line: string): void => console.log(`screens: ${line}`);

/** Takes them into this folder; only the scenes whose name contains a text, if there is one. */
export async function takeWalletScreens(target: string, only = ''): Promise<void> {
  if (findChromium() === null) throw new Error('there is no Chromium; npm test says what to install');
  await ensurePage();
  mkdirSync(target, { recursive: true });
  const scenes = WALLET_SCENES.filter(({ name }) => name.includes(only));
  say('starting three nodes with wallets of every kind');
  const world = await openSceneWorld();
  const failed: string[] = [];
  try {
    for (const [i, scene] of scenes.entries()) {
      try {
        await takeScene(world, scene, target);
      } catch (error) {
        failed.push(scene.name);
        say(`${scene.name} was not taken: ${messageOf(error)}`);
      }
      if (i % 10 === 9) say(`${i + 1} of ${scenes.length} scenes`);
    }
  } finally {
    await world.stop();
  }
  for (const error of world.pages.errors) say(`the page reported: ${error}`);
  if (failed.length > 0) throw new Error(`${failed.length} scenes were not taken: ${failed.join(', ')}`);
  say(`${scenes.length} scenes are in ${target}`);
}

async function takeScene(world: SceneWorld, scene: Scene, target: string): Promise<void> {
  const page = scene.isEmpty ? world.empty : world.page;
  await page.setViewportSize({ width: WIDTHS[0]!, height: HEIGHTS.least });
  await scene.show(world);
  const take = async (look: string, width: number): Promise<void> => {
    await fit(page, width);
    await page.screenshot({ path: path.join(target, `${scene.name}-${look}-${width}.png`) });
  };
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, forcedColors: 'none', reducedMotion: 'reduce' });
    const widths = colorScheme === 'light' ? [WIDE, ...WIDTHS] : WIDTHS;
    for (const width of widths) await take(colorScheme, width);
  }
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active', reducedMotion: 'reduce' });
  await take('forced', WIDTHS[0]!);
  await page.emulateMedia({ colorScheme: null, forcedColors: null, reducedMotion: 'reduce' });
  await page.setViewportSize({ width: WIDTHS[0]!, height: HEIGHTS.least });
  await scene.leave?.(world);
}

/** Makes the window as high as its content. */
async function fit(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: HEIGHTS.least });
  const height = await page.evaluate(() => {
    const parts = [...document.querySelectorAll('main, dialog[open]')];
    const hidden = parts.map(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
    return window.innerHeight + Math.max(0, ...hidden);
  });
  await page.setViewportSize({ width, height: Math.min(HEIGHTS.most, height) });
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
}
