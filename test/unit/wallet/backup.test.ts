import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemRandom } from '../../../main/lib/random.ts';
import {
  type Backup,
  BACKUP_SCHEMA,
  decodeBackup,
  encodeBackup,
  isBackupProblem,
  MAX_BACKUP_BYTES,
  openBackup,
} from '../../../main/wallet/backup/backup-file.ts';
import { decodeWalletFile, type WalletFile } from '../../../main/wallet/files/wallet-file.ts';
import { plainSha256 } from '../../../main/core/crypto/hash.ts';
import { DEFAULT_KDF } from '../../../main/workers/vault.ts';
import { eventually, MATURITY, network, openWorld, PASSWORD, type World, walletWithCoins } from './world.ts';

const SIGNAL = new AbortController().signal;
let world: World;
let other: World | null = null;
afterEach(async () => {
  await world.stop();
  await other?.stop();
  other = null;
});

const wallets = () => world.wallets;
const backupOf = (name: string) =>
  wallets()
    .list()
    .find((wallet) => wallet.name === name)?.backup;
const saveAs = (path: string) => (_name: string, bytes: Uint8Array) => {
  writeFileSync(path, bytes);
  return Promise.resolve({ place: path, bytes: readFileSync(path) });
};

async function worldWithBackup(): Promise<Buffer> {
  world = await openWorld();
  await wallets().create({ name: 'Everyday', password: PASSWORD, words: 12 });
  return Buffer.from((await wallets().backup('Everyday', PASSWORD)).bytes);
}

/** The same file with a correct checksum after its rest was changed. */
function withBody(bytes: Buffer, change: (body: Buffer) => Buffer): Buffer {
  const body = change(Buffer.from(bytes.subarray(bytes.indexOf(10) + 1)));
  return Buffer.concat([
    Buffer.from(`kithbackup ${BACKUP_SCHEMA} ${Buffer.from(plainSha256(body)).toString('hex')}\n`),
    body,
  ]);
}

test('a wallet that is restored from its backup elsewhere has the same balance, labels and recovery phrase', async () => {
  world = await openWorld();
  await walletWithCoins(world, 'Everyday', 2);
  const address = await wallets().newAddress('Everyday', 'for Mira');
  const { mnemonic } = await wallets().words('Everyday', PASSWORD);
  const { bytes, fileName } = await wallets().backup('Everyday', PASSWORD);
  expect(fileName).toMatch(/^Everyday \d{4}-\d\d-\d\d\.kithbackup$/);
  const balance = await wallets().balance('Everyday');
  expect(balance.available).toBeGreaterThan(0);

  other = await openWorld();
  for (let height = 1; height <= world.chain.tip().height; height++) {
    const body = await world.chain.readBlock(world.chain.atHeight(height)!.id);
    await other.chain.submitBlock(body!);
  }
  expect(await other.wallets.inspectBackup(bytes, PASSWORD)).toMatchObject({
    name: 'Everyday',
    labels: 1,
    wallet: null,
  });
  expect(other.wallets.list()).toEqual([]);
  const restored = await other.wallets.restoreBackup({ password: PASSWORD, bytes });
  expect(restored.name).toBe('Everyday');
  await eventually(async () => (await other!.wallets.balance('Everyday')).available).toBe(balance.available);
  expect(await other.wallets.balance('Everyday')).toEqual(balance);
  expect(await other.wallets.words('Everyday', PASSWORD)).toMatchObject({ mnemonic });
  expect(await other.wallets.address('Everyday')).toBe(address);
  // The claim of a backup belongs to the computer where it was verified.
  expect(other.wallets.list()).toMatchObject([{ name: 'Everyday', backup: null }]);
});

test('a restore finds payments to keys that were issued after the backup', async () => {
  world = await openWorld();
  await walletWithCoins(world, 'Everyday', 1);
  const { bytes } = await wallets().backup('Everyday', PASSWORD);
  // Rewards use the keys of the change chain one after the other: more than the file in the backup has.
  await wallets().unlock('Everyday', PASSWORD);
  for (let i = 0; i < 130; i++) await world.mine(1, wallets().payout('Everyday'));
  await world.mine(MATURITY);
  const balance = await wallets().balance('Everyday');
  await wallets().stop();
  const folder = join(world.directory, 'wallets');
  for (const entry of readdirSync(folder)) rmSync(join(folder, entry));
  await wallets().start(SIGNAL);
  await wallets().restoreBackup({ name: 'Again', password: PASSWORD, bytes });
  await eventually(async () => (await wallets().balance('Again')).available).toBe(balance.available);
}, 60_000);

test('a backup counts only after what was saved could be restored, and the page is told when and where', async () => {
  world = await openWorld();
  await wallets().create({ name: 'Everyday', password: PASSWORD, words: 12 });
  const path = join(world.directory, 'mine.kithbackup');
  await wallets().backup('Everyday', PASSWORD);
  expect(backupOf('Everyday')).toBeNull();

  const cut = (_name: string, bytes: Uint8Array) =>
    Promise.resolve({ place: path, bytes: bytes.subarray(0, -1) });
  await expect(wallets().saveBackup('Everyday', PASSWORD, cut)).rejects.toMatchObject({
    code: 'backup-damaged',
  });
  expect(backupOf('Everyday')).toBeNull();

  const saved = await wallets().saveBackup('Everyday', PASSWORD, saveAs(path));
  expect(saved).toMatchObject({ place: path, outdated: false });
  expect(backupOf('Everyday')).toEqual(saved);
  expect(readdirSync(join(world.directory, 'wallets')).filter((entry) => entry.startsWith('check-'))).toEqual(
    [],
  );
  await wallets().stop();
  await wallets().start(SIGNAL);
  expect(backupOf('Everyday')).toEqual(saved);
});

test('after a change of the password the backup is called outdated, and a new one is not', async () => {
  world = await openWorld();
  await wallets().create({ name: 'Everyday', password: PASSWORD, words: 12 });
  const path = join(world.directory, 'mine.kithbackup');
  await wallets().saveBackup('Everyday', PASSWORD, saveAs(path));
  await wallets().changePassword('Everyday', PASSWORD, 'another password');
  expect(backupOf('Everyday')).toMatchObject({ outdated: true });
  const { place, ...check } = { place: path, bytes: readFileSync(path) };
  await expect(
    wallets().checkBackup('Everyday', 'another password', { place, ...check }),
  ).rejects.toMatchObject({ code: 'backup-password' });
  // The old file opens with the old password, so it still counts as outdated.
  expect(await wallets().checkBackup('Everyday', PASSWORD, { place, ...check })).toMatchObject({
    outdated: true,
  });
  await wallets().saveBackup('Everyday', 'another password', saveAs(path));
  expect(backupOf('Everyday')).toMatchObject({ outdated: false });
});

test('a backup that is saved while the password is changed is outdated', async () => {
  world = await openWorld();
  await wallets().create({ name: 'Everyday', password: PASSWORD, words: 12 });
  const path = join(world.directory, 'mine.kithbackup');
  const saved = await wallets().saveBackup('Everyday', PASSWORD, async (name, bytes) => {
    await wallets().changePassword('Everyday', PASSWORD, 'another password');
    return saveAs(path)(name, bytes);
  });
  expect(saved).toMatchObject({ outdated: true });
});

test('a backup whose count of writes is the highest possible is restored, and can be written and read again', async () => {
  const highest = 0xffff_ffff;
  world = await openWorld();
  await wallets().create({ name: 'Everyday', password: PASSWORD, words: 12 });
  const file = decodeWalletFile(
    readFileSync(join(world.directory, 'wallets', 'Everyday.kithwallet')),
  ) as WalletFile;
  const bytes = await encodeBackup(
    { name: 'Everyday', madeAt: 1, file: { ...file, writes: highest }, contacts: null },
    PASSWORD,
    systemRandom,
    file.sealed!.kdf,
  );
  other = await openWorld();
  await other.wallets.restoreBackup({ password: PASSWORD, bytes });
  for (let i = 0; i < 5; i++) await other.wallets.newAddress('Everyday', `label ${i}`);
  const written = decodeWalletFile(readFileSync(join(other.directory, 'wallets', 'Everyday.kithwallet')));
  expect(written).toMatchObject({ writes: highest });
});

test('a wallet file that was copied here, or put back to an older version, claims no backup', async () => {
  world = await openWorld();
  await wallets().create({ name: 'Everyday', password: PASSWORD, words: 12 });
  const file = join(world.directory, 'wallets', 'Everyday.kithwallet');
  const before = readFileSync(file);
  await wallets().saveBackup('Everyday', PASSWORD, saveAs(join(world.directory, 'mine.kithbackup')));
  other = await openWorld();
  await other.wallets.stop();
  writeFileSync(join(other.directory, 'wallets', 'Everyday.kithwallet'), readFileSync(file));
  await other.wallets.start(SIGNAL);
  expect(other.wallets.list()).toMatchObject([{ name: 'Everyday', backup: null }]);
  // An older version of the same wallet has the same keys, so the backup of them still holds.
  await wallets().newAddress('Everyday');
  await wallets().stop();
  writeFileSync(file, before);
  await wallets().start(SIGNAL);
  expect(backupOf('Everyday')).not.toBeNull();
});

test('a wallet that is here already is recognised, and a taken name is refused', async () => {
  const bytes = await worldWithBackup();
  expect(await wallets().inspectBackup(bytes, PASSWORD)).toMatchObject({ wallet: 'Everyday' });
  await expect(wallets().restoreBackup({ name: 'Second', password: PASSWORD, bytes })).rejects.toMatchObject({
    code: 'wallet-keys-known',
  });
  await expect(wallets().restoreBackup({ password: PASSWORD, bytes })).rejects.toMatchObject({
    code: 'wallet-exists',
  });
  await wallets().create({ name: 'Other', password: PASSWORD, words: 12 });
  await expect(wallets().checkBackup('Other', PASSWORD, { place: 'x', bytes })).rejects.toMatchObject({
    code: 'backup-other-wallet',
  });
});

test('a wrong password, damage, a newer version and another network each have their own code', async () => {
  const bytes = await worldWithBackup();
  const codeFor = async (given: Uint8Array, password = PASSWORD) =>
    wallets()
      .inspectBackup(given, password)
      .then(
        () => 'opened',
        (error: unknown) => (error as { code: string }).code,
      );
  expect(await codeFor(bytes)).toBe('opened');
  expect(await codeFor(bytes, 'wrong password')).toBe('backup-password');
  expect(await codeFor(bytes.subarray(0, -20))).toBe('backup-damaged');
  expect(
    await codeFor(Buffer.from(bytes.toString('latin1').replace('kithbackup 1', 'kithbackup 2'), 'latin1')),
  ).toBe('backup-newer');
  expect(await codeFor(Buffer.from('not a backup'))).toBe('backup-invalid');
  expect(await codeFor(Buffer.alloc(0))).toBe('backup-invalid');
  const elsewhere = withBody(bytes, (body) =>
    Buffer.from(body.toString('latin1').replace(network.idHex, 'a'.repeat(64)), 'latin1'),
  );
  expect(await codeFor(elsewhere)).toBe('backup-other-network');
  // More passes than the file was made with: the header is part of what the tag covers.
  const tampered = withBody(bytes, (body) =>
    Buffer.from(body.toString('latin1').replace('"passes":1', '"passes":2'), 'latin1'),
  );
  expect(await codeFor(tampered)).toBe('backup-password');
  const bomb = withBody(bytes, (body) =>
    Buffer.from(body.toString('latin1').replace('"memoryKiB":65536', '"memoryKiB":99999999'), 'latin1'),
  );
  expect(await codeFor(bomb)).toBe('backup-damaged');
});

test('no flipped byte of a backup file opens, and the reader never throws', async () => {
  const bytes = await worldWithBackup();
  const first = bytes.indexOf(10);
  const step = Math.ceil(bytes.length / 300);
  let refused = 0;
  for (let at = 0; at < bytes.length; at += step) {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 1 << (at % 8);
    expect(isBackupProblem(decodeBackup(flipped))).toBe(true);
    refused++;
    if (at <= first) continue;
    const sealed = decodeBackup(withBody(flipped, (body) => body));
    if (isBackupProblem(sealed)) continue;
    expect(await openBackup(sealed, PASSWORD)).toBeNull();
  }
  expect(refused).toBeGreaterThan(200);
  for (let length = 0; length < 200; length++)
    expect(isBackupProblem(decodeBackup(bytes.subarray(0, length)))).toBe(true);
});

test('the encrypted part is the same after a round trip, with contacts, and shows no name', async () => {
  const bytes = await worldWithBackup();
  const file = decodeWalletFile(
    readFileSync(join(world.directory, 'wallets', 'Everyday.kithwallet')),
  ) as WalletFile;
  const backup: Backup = { name: 'Everyday', madeAt: 1_700_000_000, file, contacts: '{"Mira":1}' };
  const encoded = await encodeBackup(backup, PASSWORD, systemRandom, { ...DEFAULT_KDF, passes: 1 });
  const header = decodeBackup(encoded);
  if (isBackupProblem(header)) throw new Error(header.problem);
  expect(await openBackup(header, PASSWORD)).toEqual(backup);
  expect(Buffer.from(encoded).includes('Everyday')).toBe(false);
  expect(bytes.length).toBeLessThan(MAX_BACKUP_BYTES / 1000);
});

test('a list of backups that cannot be read means that no wallet has one', async () => {
  world = await openWorld();
  await wallets().create({ name: 'Everyday', password: PASSWORD, words: 12 });
  await wallets().saveBackup('Everyday', PASSWORD, saveAs(join(world.directory, 'mine.kithbackup')));
  await wallets().stop();
  const list = join(world.directory, 'wallets', 'backups.json');
  expect(existsSync(list)).toBe(true);
  writeFileSync(list, '{"version":1,"wallets":[{"id":"x"}]}');
  await wallets().start(SIGNAL);
  expect(backupOf('Everyday')).toBeNull();
});
