import type { DesktopApp } from './desktop-app.ts';

/**
 * Moves the clock by which the app's main thread counts minutes one minute forward, and stops it there. What the app counts within a
 * minute then depends on the test, not on how long real dialogs take.
 */
export const passMinute = ({ electron }: Pick<DesktopApp, 'electron'>): Promise<void> =>
  electron.evaluate(() => {
    const at = performance.now() + 60_000;
    performance.now = () => at;
  });
