import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from 'vitest';
import { layoutFaults } from './layout-faults.ts';

/** Where pictures of screens are put. */
export const PICTURES = path.resolve('out/screens');
const WIDE = 1280;

/**
 * Pictures of a screen in both themes, wide and narrow, in out/screens. Fails if axe finds anything in a wide one, or if
 * parts of the screen are cut, overlap, or are wider than the window.
 */
export async function lookAt(page: Page, name: string): Promise<void> {
  const problems: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [WIDE, 400]) {
      await page.setViewportSize({ width, height: width === WIDE ? 800 : 1600 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await transitionsEnd(page);
      const at = `${name}, ${width} pixels, ${colorScheme}`;
      problems.push(...(width === WIDE ? await axeFindings(page) : []).map((finding) => `${at}: ${finding}`));
      await page.screenshot({ path: path.join(PICTURES, `${name}-${width}-${colorScheme}.png`) });
      problems.push(...(await layoutFaults(page)).map((fault) => `${at}: ${fault}`));
    }
  await page.setViewportSize({ width: WIDE, height: 800 });
  expect(problems).toEqual([]);
}

/** Colours change with a transition when the theme changes, however short it is. */
async function transitionsEnd(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  });
}

/** What axe finds, by all rules of WCAG A and AA or by some. */
export async function axeFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  await transitionsEnd(page);
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const chosen = rules ? axe.withRules([...rules]) : axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa']);
  const { violations } = await chosen.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}
