/**
 * `npm run screens`: screenshots of every screen of the app on a demo network, in both themes and two sizes, into
 * out/screens, for a comparison before and after a change; of every state of the wallet, into out/screens/wallet; and of the
 * desktop app, into out/screens/desktop.
 * `npm run screens -- desktop` takes those of the desktop app alone, and copies the ones that docs/ shows.
 * `npm run screens -- wallet` takes those of the wallet alone; a further word leaves only the scenes with this word in their name.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { takeDesktopScreens } from './support/desktop-screens.ts';
import { takePageScreens } from './support/page-screens.ts';
import { OUT, ROOT } from './support/root.ts';
import { takeWalletScreens } from './support/wallet-screens.ts';

const target = path.join(OUT, 'screens');
const wallet = path.join(target, 'wallet');
const desktop = path.join(target, 'desktop');
const [alone, only] = process.argv.slice(2);

mkdirSync(desktop, { recursive: true });
if (alone === undefined) await takePageScreens(target);
if (alone !== 'desktop') await takeWalletScreens(wallet, only);
if (alone !== 'wallet')
  await takeDesktopScreens(desktop, alone === 'desktop' ? path.join(ROOT, 'docs/pictures') : null);
