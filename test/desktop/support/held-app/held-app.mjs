/**
 * Starts the app of the project, but opens its window only after `release` (held-app.ts). Playwright leaves its own loader,
 * which does the same, out with `executablePath`. It would then attach to a window that is being created, and the launch can hang.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const root = path.resolve(import.meta.dirname, '../../../..');
const { main, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const ready = app.whenReady();
const released = new Promise((resolve) => {
  globalThis.onRelease = resolve;
  // The test may have come first.
  if (globalThis.isReleased) resolve();
});
app.whenReady = () => released.then(() => ready);
app.setAppPath(root);
app.setVersion(version);
await import(pathToFileURL(path.join(root, main)).href);
