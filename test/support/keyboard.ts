import type { Page } from '@playwright/test';
import { expect } from 'vitest';

/** What a person does without a mouse. */
export interface Keyboard {
  /** What has the focus, as a person would name it, and whether it can be seen to have it. An empty name is nothing. */
  focused(): Promise<{ readonly name: string; readonly shown: boolean }>;
  /** Presses Tab until something of this name has the focus, which must be visible there. */
  tabTo(name: string | RegExp): Promise<void>;
  /** The same, then types. */
  type(field: string | RegExp, text: string): Promise<void>;
  /** Opens a screen with the command palette, which has the focus as soon as it is there. */
  goTo(place: string): Promise<void>;
  press(key: string): Promise<void>;
  /** Waits until something of this name has the focus, without a key. */
  expectFocus(name: string | RegExp): Promise<void>;
}

const MAX_STEPS = 90;

export function createKeyboard(page: Page): Keyboard {
  const focused = () =>
    page.evaluate<{ name: string; shown: boolean }>(() => {
      const it = document.activeElement;
      if (!(it instanceof HTMLElement) || it === document.body) return { name: '', shown: false };
      const labels = 'labels' in it ? (it.labels as NodeListOf<HTMLLabelElement> | null) : null;
      const label = labels?.[0]?.textContent ?? it.textContent ?? '';
      const name = it.getAttribute('aria-label') ?? label.trim();
      // The ring of a field is drawn by the box around it.
      const ringed = [it, it.parentElement].some(
        (part) => part !== null && getComputedStyle(part).outlineStyle !== 'none',
      );
      return { name, shown: ringed };
    });
  const isCalled = (is: string, name: string | RegExp): boolean =>
    typeof name === 'string' ? is === name : name.test(is);

  async function tabTo(name: string | RegExp): Promise<void> {
    const seen: string[] = [];
    for (let step = 0; step < MAX_STEPS; step++) {
      await page.keyboard.press('Tab');
      const now = await focused();
      seen.push(now.name);
      if (!isCalled(now.name, name)) continue;
      expect(now.shown, `the focus on “${now.name}” can be seen`).toBe(true);
      return;
    }
    throw new Error(`Tab never came to ${String(name)}, but to: ${seen.join(' · ')}`);
  }
  return {
    focused,
    tabTo,
    async type(field, text) {
      await tabTo(field);
      await page.keyboard.type(text);
    },
    async goTo(place) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search' }).waitFor();
      await page.keyboard.type(place);
      await page.keyboard.press('Enter');
    },
    press: (key) => page.keyboard.press(key),
    expectFocus: (name) =>
      expect
        .poll(async () => isCalled((await focused()).name, name), {
          message: `the focus is on ${String(name)}`,
        })
        .toBe(true),
  };
}
