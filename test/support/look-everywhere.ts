import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect } from 'vitest';
import { forcedColourFaults, layoutFaults } from './layout-faults.ts';
import { lookAt, PICTURES } from './look-at.ts';

/** High enough that nothing of a screen is below the window. */
const HEIGHT = 2600;

/** Like `lookAt`, and in 800 and 1920 pixels, and in forced colours. */
export async function lookEverywhere(page: Page, name: string): Promise<void> {
  await lookAt(page, name);
  const problems: string[] = [];
  for (const width of [800, 1280, 1920]) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.emulateMedia({ colorScheme: width === 800 ? 'dark' : 'light', reducedMotion: 'reduce' });
    await page.screenshot({ path: path.join(PICTURES, `${name}-${width}-whole.png`) });
    problems.push(...(await layoutFaults(page)).map((fault) => `${name}, ${width} pixels: ${fault}`));
  }
  await page.setViewportSize({ width: 1280, height: HEIGHT });
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.screenshot({ path: path.join(PICTURES, `${name}-forced.png`) });
  problems.push(...(await forcedColourFaults(page)).map((fault) => `${name}, forced colours: ${fault}`));
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(problems).toEqual([]);
}
