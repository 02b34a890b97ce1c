/** `npm run build`: the page and what Electron loads, each only when its sources changed, and the file of licences. */
import { ensureCountries } from './support/countries.ts';
import { ensureDesktop } from './support/desktop.ts';
import { writeLicences } from './support/licences.ts';
import { ensurePage } from './support/page.ts';

const say = (what: string, built: boolean): void => console.log(`${what}: ${built ? 'built' : 'is fresh'}`);

say('page', await ensurePage());
say('desktop', await ensureDesktop());
console.log(`country data: ${ensureCountries()}`);
writeLicences();
