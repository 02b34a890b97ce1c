import path from 'node:path';
import type { ElectronApplication } from '@playwright/test';

/** The folder of the app as tests start it: it opens its window only after `release`. */
export const HELD_APP = path.join(import.meta.dirname, 'held-app');

/** Lets the app open its window. */
export function release(electron: ElectronApplication): Promise<void> {
  return electron.evaluate(() => {
    const held = globalThis as { isReleased?: boolean; onRelease?: () => void };
    held.isReleased = true;
    held.onRelease?.();
  });
}
