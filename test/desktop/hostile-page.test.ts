import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isContractProcedure } from '@orpc/contract';
import { expect, test } from 'vitest';
import { contract } from '../../shared/contract/contract.ts';
import { desktopContract } from '../../shared/contract/desktop.ts';
import { launchDesktop, newFolder } from './support/desktop-app.ts';
import { callContract, floodPort, fuzzContract, type FuzzOptions, stealPorts } from './support/page-fuzz.ts';

const PASSWORD = 'correct horse battery';
const CALLS = 10_000;
/** A page may end the node; and while the wallet is locked, the password protects it too. */
const LEFT_OUT = ['/node/shutdown', '/wallet/lock'];

/** The path of every procedure. */
function pathsOf(router: object, prefix = ''): string[] {
  return Object.entries(router).flatMap(([name, each]: [string, unknown]) => {
    const here = `${prefix}/${name}`;
    return isContractProcedure(each) ? [here] : pathsOf(each as object, here);
  });
}

const filesIn = (folder: string): string[] => readdirSync(folder).sort();

test('10 000 hostile calls by a script in the page spend no coins, return no secret and crash no process', async () => {
  const app = await launchDesktop();
  const { page, person } = app;
  await page.getByText('Welcome to Kith').waitFor();
  const words = await person.makeWallet('Everyday', PASSWORD);
  await person.setMining(true);
  await person.waitForSpendable(20);
  await person.setMining(false);
  await page.addInitScript(stealPorts);
  await page.reload();
  await expect.poll(() => page.evaluate('globalThis.stolen !== undefined')).toBe(true);
  const address = await page.evaluate(callContract, ['/wallet/address', { name: 'Everyday' }] as const);
  await page.evaluate(callContract, [
    '/wallet/unlock',
    { name: 'Everyday', password: PASSWORD, seconds: 3600 },
  ] as const);
  const [home, parent] = [filesIn(os.homedir()), filesIn(path.dirname(app.datadir))];

  const paths = pathsOf(contract).filter((each) => !LEFT_OUT.includes(each));
  expect(paths.length).toBeGreaterThan(50);
  const to = [{ ...(address as { address: string }), amount: 100_000_000 }];
  const name = 'Everyday';
  const outcome = await page.evaluate(fuzzContract, {
    to: 'node',
    paths,
    calls: CALLS,
    seed: 7,
    plausible: [undefined, {}, { name }, { limit: 5 }, { name, limit: 5 }, { name, to }],
    secrets: [words.slice(0, 3).join(' '), PASSWORD],
  } satisfies FuzzOptions);

  expect(outcome.answered).toBe(CALLS);
  expect(outcome.leaks).toEqual([]);
  expect(outcome.internal).toEqual([]);
  // Some were valid, some were refused: neither alone would test anything.
  expect(outcome.accepted).toBeGreaterThan(CALLS / 100);
  expect(outcome.refused).toBeGreaterThan(CALLS / 4);
  // The wallet is unlocked and drafts were sent: only the dialogs, which cancel, stood between the script and the money.
  expect((await app.dialogs()).filter(({ title }) => title === 'Confirm payment').length).toBeGreaterThan(0);
  const history = await page.evaluate(callContract, ['/wallet/history', { name, limit: 100 }] as const);
  expect([...new Set((history as { kind: string }[]).map(({ kind }) => kind))]).toEqual(['mined']);
  expect(filesIn(os.homedir())).toEqual(home);
  expect(filesIn(path.dirname(app.datadir))).toEqual(parent);
  expect(await app.quit()).toBe(0);
  expect(readdirSync(app.datadir)).not.toContain('crash-reports');
});

test('10 000 hostile calls to the port of the desktop app change at most settings, and crash no process', async () => {
  const config = newFolder();
  const app = await launchDesktop({ env: { XDG_CONFIG_HOME: config } });
  const { page } = app;
  await page.getByText('Welcome to Kith').waitFor();
  await page.addInitScript(stealPorts);
  await page.reload();
  await expect.poll(() => page.evaluate('globalThis.stolen !== undefined')).toBe(true);
  const outcome = await page.evaluate(fuzzContract, {
    to: 'desktop',
    paths: [
      ...pathsOf(desktopContract),
      '/unknown',
      '/state/set',
      '/__proto__',
      '/constructor',
      '',
      'no url',
    ],
    calls: CALLS,
    seed: 8,
    plausible: [undefined, {}, { notifications: false }, { startAtLogin: true }, { startAtLogin: false }],
    secrets: [app.datadir],
  } satisfies FuzzOptions);
  expect(outcome).toMatchObject({ answered: CALLS, leaks: [], internal: [] });
  expect(outcome.accepted).toBeGreaterThan(CALLS / 100);
  expect(outcome.refused).toBeGreaterThan(CALLS / 4);
  expect(await app.dialogs()).toEqual([]);
  expect(await app.quit()).toBe(0);
  expect(readdirSync(app.datadir)).not.toContain('crash-reports');
});

test('a port that the app closes because a script floods it is replaced, and the new one answers', async () => {
  const app = await launchDesktop();
  const { page } = app;
  await page.getByText('Welcome to Kith').waitFor();
  await page.addInitScript(stealPorts);
  await page.reload();
  await expect.poll(() => page.evaluate('globalThis.stolen !== undefined')).toBe(true);
  for (const port of ['node', 'desktop'] as const) await page.evaluate(floodPort, port);
  expect(await page.evaluate(callContract, ['/wallet/list', {}] as const)).toEqual([]);
  expect(await app.quit()).toBe(0);
  expect(readdirSync(app.datadir)).not.toContain('crash-reports');
});
