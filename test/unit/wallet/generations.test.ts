import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { plainSha256 } from '../../../main/core/crypto/hash.ts';
import {
  eventually,
  MATURITY,
  openWorld,
  PASSWORD,
  SUBSIDY,
  type World,
  type WorldOptions,
} from './world.ts';

// The wallet file and its three previous versions: each of them deleted, cut, flipped or zeroed, on a full disk, and with a
// changed cost of the password hash.
const VERSIONS = ['', '.bak', '.bak2', '.bak3'] as const;
let world: World;
let firstAddress: string;
let mnemonic: string;
afterEach(() => world.stop());

const path = (suffix: string) => join(world.directory, 'wallets', `a.kithwallet${suffix}`);
const codesOf = () => world.wallets.notices().map(({ code }) => code);
const labelOf = (suffix: string) => / "x": "(\d)"/.exec(readFileSync(path(suffix), 'utf8'))?.[1];

/** A wallet with four versions, of which the labels of `x` are 4 (the newest), 3, 2 and 1. */
async function walletWithVersions(options: WorldOptions = {}): Promise<void> {
  world = await openWorld(options);
  ({ mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 }));
  firstAddress = await world.wallets.address('a');
  for (const label of ['1', '2', '3', '4']) await world.wallets.setLabel('a', 'x', label);
}

async function reopen(between: () => void = () => undefined, options: WorldOptions = {}): Promise<void> {
  const { directory } = world;
  await world.stop();
  between();
  world = await openWorld({ directory, ...options });
}

const DAMAGES: readonly (readonly [string, (file: string) => void])[] = [
  ['deleted', (file) => rmSync(file)],
  ['emptied', (file) => writeFileSync(file, '')],
  [
    'cut in half',
    (file) => writeFileSync(file, readFileSync(file).subarray(0, readFileSync(file).length / 2)),
  ],
  ['flipped in one bit', (file) => writeFileSync(file, flipped(readFileSync(file)))],
  ['zeroed', (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length))],
  ['replaced by another file', (file) => writeFileSync(file, 'kithwallet')],
];
function flipped(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length * 0.7);
  bytes[at]! ^= 4;
  return bytes;
}

test('a wallet has its file and three previous versions', async () => {
  await walletWithVersions();
  expect(VERSIONS.map(labelOf)).toEqual(['4', '3', '2', '1']);
  await world.wallets.setLabel('a', 'x', '5');
  expect(VERSIONS.map(labelOf)).toEqual(['5', '4', '3', '2']);
  expect(readdirSync(join(world.directory, 'wallets')).sort()).toEqual(
    VERSIONS.map((suffix) => `a.kithwallet${suffix}`),
  );
});

test('after a change of the password no version opens with the old one', async () => {
  await walletWithVersions();
  await world.wallets.changePassword('a', PASSWORD, 'another password');
  const sealed = VERSIONS.map((suffix) => /"salt": "(\w+)"/.exec(readFileSync(path(suffix), 'utf8'))?.[1]);
  expect(new Set(sealed).size).toBe(1);
  for (const suffix of VERSIONS.slice(1)) {
    await reopen(() => writeFileSync(path(''), readFileSync(path(suffix))));
    await expect(world.wallets.words('a', PASSWORD)).rejects.toMatchObject({ code: 'wallet-password' });
    expect(await world.wallets.words('a', 'another password')).toMatchObject({ mnemonic });
  }
});

describe.each(DAMAGES)('a version that is %s', (kind, damage) => {
  test.each(VERSIONS.slice(1))('costs nothing while the wallet file is good: %s', async (suffix) => {
    await walletWithVersions();
    await reopen(() => damage(path(suffix)));
    expect([labelOf(''), codesOf()]).toEqual(['4', []]);
    expect(await world.wallets.address('a')).toBe(firstAddress);
    await world.wallets.setLabel('a', 'x', '5');
    expect(labelOf('')).toBe('5');
  });

  test('is the wallet file itself: the previous version is used, and the user is told', async () => {
    await walletWithVersions();
    await reopen(() => damage(path('')));
    if (kind === 'deleted') {
      expect(await world.wallets.deleted()).toMatchObject([{ name: 'a', firstAddress }]);
      await world.wallets.undelete('a');
    } else {
      expect(codesOf()).toEqual(['wallet-file-recovered']);
      expect(existsSync(path('.damaged'))).toBe(true);
    }
    expect(labelOf('')).toBe('3');
    expect(await world.wallets.words('a', PASSWORD)).toMatchObject({ mnemonic });
    expect(await world.wallets.address('a')).toBe(firstAddress);
  });

  test('is the file and the two before the oldest: the oldest is used', async () => {
    await walletWithVersions();
    await reopen(() => ['', '.bak', '.bak2'].forEach((suffix) => damage(path(suffix))));
    if (kind === 'deleted') await world.wallets.undelete('a');
    expect(labelOf('')).toBe('1');
    expect(await world.wallets.words('a', PASSWORD)).toMatchObject({ mnemonic });
  });
});

test('with all versions corrupt nothing is overwritten, and the wallet is listed with its reason', async () => {
  await walletWithVersions();
  let before: Buffer[] = [];
  await reopen(() => {
    for (const suffix of VERSIONS) writeFileSync(path(suffix), flipped(readFileSync(path(suffix))));
    before = VERSIONS.map((suffix) => readFileSync(path(suffix)));
  });
  expect(world.wallets.list()).toMatchObject([{ name: 'a', locked: true }]);
  await expect(world.wallets.balance('a')).rejects.toMatchObject({ code: 'wallet-file-damaged' });
  expect(VERSIONS.map((suffix) => readFileSync(path(suffix)))).toEqual(before);
});

test('corruption and a wrong password are told apart; a changed cost of the hash opens with no password', async () => {
  await walletWithVersions();
  await expect(world.wallets.words('a', 'wrong')).rejects.toMatchObject({ code: 'wallet-password' });
  await reopen(() => {
    const text = readFileSync(path(''), 'utf8').replace('"passes": 1', '"passes": 2');
    const body = Buffer.from(text.slice(text.indexOf('\n') + 1));
    const sum = Buffer.from(plainSha256(body)).toString('hex');
    writeFileSync(path(''), `${text.slice(0, text.indexOf(' ', 11))} ${sum}\n${body.toString('utf8')}`);
  });
  expect(codesOf()).toEqual([]);
  await expect(world.wallets.words('a', PASSWORD)).rejects.toMatchObject({ code: 'wallet-password' });
});

test.each(['ENOSPC', 'EROFS'])(
  'when a write fails with %s at any step, every version stays complete',
  async (code) => {
    const wanted = code === 'ENOSPC' ? 'disk-full' : 'disk-read-only';
    let failAt = Infinity;
    let steps = 0;
    const fileStep = (name: string) => {
      if (steps++ === failAt) throw Object.assign(new Error(`${code}: ${name}`), { code });
    };
    await walletWithVersions({ fileStep });
    let failed = 0;
    for (failAt = 0; failAt < 6; failAt++) {
      steps = 0;
      const result = await world.wallets.setLabel('a', 'x', '9').then(
        () => 'written',
        (error: unknown) => (error as { code: string }).code,
      );
      expect([wanted, 'written']).toContain(result);
      if (result !== 'written') failed++;
      const labels = VERSIONS.filter((suffix) => existsSync(path(suffix))).map(labelOf);
      expect(labels.length).toBeGreaterThanOrEqual(3);
      expect(labels).not.toContain(undefined);
    }
    expect(failed).toBeGreaterThanOrEqual(5);
    failAt = Infinity;
    await reopen();
    expect(await world.wallets.words('a', PASSWORD)).toMatchObject({ mnemonic });
  },
);

describe('a wallet file that was replaced by an older one', () => {
  test('is noticed: the newest version is used, and the older one is kept', async () => {
    await walletWithVersions();
    const older = readFileSync(path('.bak3'));
    await world.wallets.setLabel('a', 'x', '5');
    await world.wallets.setLabel('a', 'x', '6');
    await reopen(() => writeFileSync(path(''), older));
    expect([labelOf(''), codesOf()]).toEqual(['5', ['wallet-file-older']]);
    expect(readFileSync(path('.older')).equals(older)).toBe(true);
    expect(await world.wallets.words('a', PASSWORD)).toMatchObject({ mnemonic });
    await reopen();
    expect([labelOf(''), codesOf()]).toEqual(['5', []]);
  });

  test('with an old password does not bring that password back', async () => {
    await walletWithVersions();
    const older = readFileSync(path(''));
    await world.wallets.changePassword('a', PASSWORD, 'another password');
    await reopen(() => writeFileSync(path(''), older));
    expect(codesOf()).toEqual(['wallet-file-older']);
    await expect(world.wallets.words('a', PASSWORD)).rejects.toMatchObject({ code: 'wallet-password' });
    expect(await world.wallets.words('a', 'another password')).toMatchObject({ mnemonic });
  });

  test('with all its versions: the keys beyond it are found again when it is unlocked', async () => {
    world = await openWorld();
    ({ mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 }));
    const folder = join(world.directory, 'wallets');
    const older = readFileSync(path(''));
    await world.wallets.unlock('a', PASSWORD);
    for (let i = 0; i < 130; i++) await world.mine(1, world.wallets.payout('a'));
    await world.mine(MATURITY);
    const balance = await world.wallets.balance('a');
    await reopen(() => {
      for (const entry of readdirSync(folder)) rmSync(join(folder, entry));
      writeFileSync(path(''), older);
    });
    expect(await world.wallets.balance('a')).toEqual(balance);
    await world.wallets.unlock('a', PASSWORD);
    await world.mine(1, world.wallets.payout('a'));
    await world.mine(MATURITY);
    await eventually(async () => (await world.wallets.balance('a')).available).toBe(
      balance.available + SUBSIDY,
    );
    // Without the database too: the chain is read again.
    await reopen(() => {
      for (const entry of readdirSync(folder)) rmSync(join(folder, entry));
      rmSync(join(world.directory, 'wallet-data'), { recursive: true });
      writeFileSync(path(''), older);
    });
    await world.wallets.unlock('a', PASSWORD);
    await eventually(async () => (await world.wallets.balance('a')).available).toBe(
      balance.available + SUBSIDY,
    );
  }, 60_000);

  test('is not confused with a wallet that is restored from an older backup on purpose', async () => {
    await walletWithVersions();
    const { bytes } = await world.wallets.backup('a', PASSWORD);
    await world.wallets.changePassword('a', PASSWORD, 'another password');
    await world.wallets.delete({ name: 'a', password: 'another password', mnemonic });
    await world.wallets.restoreBackup({ password: PASSWORD, bytes });
    await reopen();
    expect(codesOf()).toEqual([]);
    expect(await world.wallets.words('a', PASSWORD)).toMatchObject({ mnemonic });
  });
});
