import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createAppPage } from '../support/app-page.ts';
import { LOCAL, newFolder } from './support/desktop-app.ts';
import { linuxTest } from './support/linux-test.ts';
import { pageOf, startPackaged } from './support/packaged-app.ts';

// The package with its fuses; built for tests, so that it accepts --remote-debugging-port.
const PROGRAM = process.env['KITH_PACKAGED'];
if (PROGRAM === undefined) console.log('the tests of the packaged app are skipped: it was not packaged here');

const start = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  startPackaged(PROGRAM!, [...LOCAL, '--datadir', newFolder(), ...args], env);

test.skipIf(PROGRAM === undefined)('the packaged app creates a wallet and ends in order', async () => {
  const app = start(['--remote-debugging-port=0']);
  const page = await pageOf(app);
  await page.getByText('Welcome to Kith').waitFor();
  expect(page.url()).toMatch(/^app:\/\/kith\//);
  expect(await page.evaluate("[typeof require, typeof process, typeof module].join(' ')")).toBe(
    'undefined undefined undefined',
  );
  expect(await createAppPage(page).makeWallet('Everyday', 'correct horse battery')).toHaveLength(24);
  // Windows has no signal that asks a program to end.
  if (process.platform === 'win32') await createAppPage(page).stopNode();
  else app.child.kill('SIGTERM');
  expect(await app.ended).toBe(0);
});

const refused = linuxTest(
  'elsewhere Electron shows the sentence in a box that waits for a click',
  PROGRAM !== undefined,
);

refused.each([
  '--remote-debugging-pipe',
  '--no-sandbox',
  '-no-sandbox',
  '--disable-web-security',
  '--inspect=0',
  '--inspect-brk=0',
  '--js-flags=--expose-gc',
])('the packaged app does not start with %s and says so', async (argument) => {
  const app = start([argument]);
  expect(await app.ended).toBe(1);
  const name = /^-*([\w-]+)/.exec(argument)![1]!;
  expect(app.errors()).toContain(`Kith does not start with --${name}, because this option weakens`);
});

test.skipIf(PROGRAM === undefined)('the environment loads no code into the packaged app', async () => {
  const folder = newFolder();
  const [code, proof] = [path.join(folder, 'code.cjs'), path.join(folder, 'loaded')];
  writeFileSync(code, `require('node:fs').writeFileSync(${JSON.stringify(proof)}, '');`);
  const app = start(['--remote-debugging-port=0'], {
    ELECTRON_RUN_AS_NODE: '1',
    NODE_OPTIONS: `--require=${code}`,
  });
  await (await pageOf(app)).getByText('Welcome to Kith').waitFor();
  expect(existsSync(proof)).toBe(false);
});
