import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { call, cleanUp, NODE, run, start } from './program.ts';

// A wallet with coins and labels is backed up by the terminal of one node and restored by that of another.
const PASSWORD = 'p@ss word';
const STRANGER = 'rkith1qqqqqqqyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9xl0nl';
const first = newFolder();
const second = newFolder();
const path = join(newFolder(), 'mine.kithbackup');
let bootstrap: readonly string[];

beforeAll(async () => {
  const node = start([...NODE, '--datadir', first]);
  ({ addresses: bootstrap } = (await node.line()) as { addresses: string[] });
  await call(first, 'wallet.create', { name: 'mine', password: PASSWORD, words: 12 });
  const { address } = (await call(first, 'wallet.newAddress', { name: 'mine', label: 'for Mira' })) as {
    address: string;
  };
  await call(first, 'mining.generate', { address, blocks: 20 });
  await call(first, 'contacts.put', { name: 'Mira', addresses: [STRANGER] });
});
afterAll(cleanUp);

const codeOf = async (dir: string, procedure: string, input: unknown) =>
  (await run(['call', '--datadir', dir, procedure, JSON.stringify(input)])).fault?.code;

test('the terminal saves a verified backup to a new file, and never over another one', async () => {
  expect(await codeOf(first, 'wallet.saveBackup', { name: 'mine', password: 'wrong', path })).toBe(
    'wallet-password',
  );
  expect(existsSync(path)).toBe(false);
  const saved = await call(first, 'wallet.saveBackup', { name: 'mine', password: PASSWORD, path });
  expect(saved).toEqual({ at: expect.any(Number) as number, place: path, outdated: false });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await call(first, 'wallet.list')).toMatchObject([{ name: 'mine', backup: { place: path } }]);
  expect(await codeOf(first, 'wallet.saveBackup', { name: 'mine', password: PASSWORD, path })).toBe(
    'backup-path-taken',
  );
  expect(await codeOf(first, 'wallet.saveBackup', { name: 'mine', password: PASSWORD, path: 'mine' })).toBe(
    'backup-path',
  );
  expect(await codeOf(first, 'wallet.saveBackup', { name: 'mine', password: PASSWORD })).toBe('backup-path');
});

test('another node restores it by its path, with the same balance and labels', async () => {
  const node = start([...NODE, '--datadir', second, '--bootstrap', ...bootstrap]);
  await node.line();
  const preview = await call(second, 'wallet.inspectBackup', { password: PASSWORD, path });
  expect(preview).toMatchObject({ name: 'mine', labels: 1, wallet: null });
  expect(await codeOf(second, 'wallet.restoreBackup', { password: 'wrong', path })).toBe('backup-password');
  const none = join(newFolder(), 'none');
  expect(await codeOf(second, 'wallet.restoreBackup', { password: PASSWORD, path: none })).toBe(
    'backup-unreadable',
  );
  writeFileSync(none, 'something else');
  expect(await codeOf(second, 'wallet.restoreBackup', { password: PASSWORD, path: none })).toBe(
    'backup-invalid',
  );
  const restored = await call(second, 'wallet.restoreBackup', { password: PASSWORD, path });
  expect(restored).toMatchObject({ name: 'mine' });
  const balance = await call(first, 'wallet.balance', { name: 'mine' });
  expect(balance).toMatchObject({ asOfHeight: 20 });
  await until(
    async () =>
      JSON.stringify(await call(second, 'wallet.balance', { name: 'mine' })) === JSON.stringify(balance),
    'the same balance',
    { every: 500 },
  );
  const [newest] = (await call(second, 'wallet.history', { name: 'mine', limit: 1 })) as [{ label: string }];
  expect(newest.label).toBe('for Mira');
  expect(await call(second, 'contacts.list')).toMatchObject([{ name: 'Mira' }]);
  expect(await codeOf(second, 'wallet.restoreBackup', { name: 'twice', password: PASSWORD, path })).toBe(
    'wallet-keys-known',
  );
  expect(await codeOf(second, 'wallet.restoreBackup', { password: PASSWORD, path })).toBe('wallet-exists');
}, 240_000);
