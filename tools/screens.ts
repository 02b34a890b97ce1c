/**
 * `npm run screens`: screenshots of every screen of the app on a demo network, in both themes and two sizes, into
 * out/screens, for a comparison before and after a change; and of the desktop app, into out/screens/desktop.
 * `npm run screens -- desktop` takes those of the desktop app alone, and copies the ones that docs/ shows.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { takeDesktopScreens } from './support/desktop-screens.ts';
import { takePageScreens } from './support/page-screens.ts';
import { OUT, ROOT } from './support/root.ts';

const target = path.join(OUT, 'screens');
const desktop = path.join(target, 'desktop');
const desktopAlone = process.argv[2] === 'desktop';

mkdirSync(desktop, { recursive: true });
if (!desktopAlone) await takePageScreens(target);
await takeDesktopScreens(desktop, desktopAlone ? path.join(ROOT, 'docs/pictures') : null);
