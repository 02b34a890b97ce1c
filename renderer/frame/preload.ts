import { aboutScreens, screens } from '../screens/screens.ts';

type Load = () => Promise<unknown>;

/** What the page loads only when it is first needed, other screens first. */
const PARTS: readonly Load[] = [
  ...Object.values(screens),
  ...Object.values(aboutScreens),
  () => import('../components/plot.ts'),
  () => import('qr/decode.js'),
];

/**
 * Loads the rest of the page while it has nothing to do, one part at a time: they come from the node, which may end at any
 * moment. What fails is loaded when it is needed.
 */
export async function preload(signal: AbortSignal, parts: readonly Load[] = PARTS): Promise<void> {
  for (const load of parts) {
    await idle();
    if (signal.aborted) return;
    await load().catch(() => undefined);
  }
}

/** The latest start of the next part, in milliseconds: a page that is never idle is loaded all the same. */
const LATEST_MS = 1000;

function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no such callback.
    if (typeof requestIdleCallback === 'undefined') setTimeout(resolve, LATEST_MS / 10);
    else requestIdleCallback(() => resolve(), { timeout: LATEST_MS });
  });
}
