import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { linuxSwitches } from '../../main/electron/start-switches.ts';
import { createAppPage } from '../support/app-page.ts';
import { newFolder } from './support/desktop-app.ts';
import { pageOf, startPackaged } from './support/packaged-app.ts';
import { pressInDialog } from './support/real-dialog.ts';

const PASSWORD = 'correct horse battery';

// The menu entry of the installed deb, which was built for tests, so that it accepts --remote-debugging-port.
const ENTRY = process.env['KITH_INSTALLED'];
const program = ENTRY === undefined ? process.env['KITH_PACKAGED'] : programOf(ENTRY);
// The dialog is pressed through the X server.
const isPossible = process.platform === 'linux' && program !== undefined;
if (!isPossible)
  console.log(
    'the first payment is skipped: the app was not packaged, or there is no X server to press the dialog',
  );
else if (ENTRY === undefined)
  console.log('the deb is not installed here: the packaged app is started instead');

/** The program of a menu entry. */
function programOf(entry: string): string {
  const text = readFileSync(entry, 'utf8');
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];
  expect(field('Name')).toBe('Kith');
  expect(field('Terminal')).toBe('false');
  expect(existsSync(`/usr/share/icons/hicolor/256x256/apps/${field('Icon')}.png`)).toBe(true);
  const [first, ...args] = field('Exec')!.split(' ');
  expect(args).toEqual([...linuxSwitches(), '%U']);
  return first!;
}

test.skipIf(!isPossible)(
  `a person ${ENTRY === undefined ? 'starts the packaged app' : 'installs the deb, starts Kith from the menu'} and pays on the demo network without reading anything`,
  async () => {
    const home = newFolder();
    const app = startPackaged(program!, ['--remote-debugging-port=0'], {
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, '.config'),
    });
    const page = await pageOf(app);
    const person = createAppPage(page);

    // Three clicks and a password to the first coin.
    await page.getByRole('button', { name: 'Try the demo' }).click();
    await page.getByRole('link', { name: 'Create wallet' }).click();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create wallet' }).click();
    await person.waitForSpendable(0.000_001);

    // The dialog of the system has the focus on Cancel.
    await Promise.all([
      person.pay(await person.address(), '0.0001', PASSWORD),
      pressInDialog('Confirm payment', 'Tab', 'Return'),
    ]);
    await page.getByRole('heading', { name: /Payment|Payment to yourself/ }).waitFor();
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
  },
  // Six nodes start, mine and pay each other beside it.
  6 * 60_000,
);
