import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { KithError } from '../../../main/lib/errors.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { type Contacts, createContacts } from '../../../main/wallet/contacts/contacts.ts';
import { damages } from '../../support/damage.ts';
import { newDirectory, silent, testKey } from '../../support/chain/test-chain.ts';
import { until } from '../../support/until.ts';
import { network } from './setup-world.ts';
import { openWorld, PASSWORD, type World } from './world.ts';

// Every file of the wallets but the database, which test/unit/wallet/open/recovery.test.ts damages: wallet files with their
// requests, labels, frozen coins and set-ups, their previous versions, contacts, settings, and records of backups.
const SIGNALS = { header: { version: 0x2000_0001 } };
const CONTACT = encodeAddress(network.hrp, testKey(9).lock);

/** What a user would miss. */
interface View {
  readonly wallets: Readonly<Record<string, unknown>>;
  readonly contacts: unknown;
  readonly settings: unknown;
}
/** A directory that was opened, and what was said about it. */
interface Opened {
  readonly view: View;
  readonly said: readonly string[];
  readonly deleted: readonly string[];
}

let directory: string;
let before: Opened;

beforeAll(async () => {
  directory = newDirectory();
  const [world, contacts] = await openBoth(directory);
  const { wallets } = world;
  for (let i = 0; i < 80; i++) await world.mineWith(SIGNALS);
  await wallets.create({ name: 'first', password: PASSWORD, words: 12 });
  await wallets.create({ name: 'second', password: PASSWORD, words: 12 });
  for (let i = 0; i < 3; i++) await world.mineWith({ payTo: wallets.payout('first') });
  for (let i = 0; i < 30; i++) await world.mineWith({});
  await wallets.createAccount({ from: 'first', name: 'savings', password: PASSWORD });
  const setup = { kind: 'savings', height: 100_000 } as const;
  await wallets.createSetup({ name: 'savings', password: PASSWORD, setup });
  for (const name of ['first', 'second']) {
    await wallets.newAddress(name, 'Rent');
    await wallets.createRequest({ name, amount: 5_000, label: 'Two loaves' });
  }
  await until(async () => (await wallets.balance('first')).available > 0, 'the coins are mature');
  const { coins } = await wallets.coins(coinsOf('first'));
  await wallets.freeze({ name: 'first', coins: [coins[0]!] }, true);
  await contacts.put({ name: 'Mira', addresses: [CONTACT] });
  await contacts.put({ name: 'Cleo', addresses: [encodeAddress(network.hrp, testKey(10).lock)] });
  await wallets.changeSettings({ autoLockMinutes: 5 });
  const file = join(directory, 'first.kithbackup');
  await wallets.saveBackup('first', PASSWORD, (_name, bytes) => {
    writeFileSync(file, bytes);
    return Promise.resolve({ place: file, bytes: readFileSync(file) });
  });
  await world.stop();
  await contacts.stop();
  before = await look(directory);
}, 120_000);

const copies: string[] = [];
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

const coinsOf = (name: string) => ({ name, sort: 'time', order: 'descending', skip: 0, limit: 100 }) as const;

async function openBoth(folder: string): Promise<[World, Contacts]> {
  const parts: { world?: World } = {};
  const contacts = createContacts({
    directory: folder,
    network,
    clock: systemClock,
    random: systemRandom,
    log: silent,
    lastPaid: (addresses) => parts.world!.wallets.lastPaid(addresses),
    isOwn: (address) => parts.world!.wallets.checkAddress(address).own,
  });
  await contacts.start(new AbortController().signal);
  parts.world = await openWorld({ directory: folder, network, contacts });
  return [parts.world, contacts];
}

async function look(folder: string): Promise<Opened> {
  const [world, contacts] = await openBoth(folder);
  try {
    const { wallets } = world;
    const views: Record<string, unknown> = {};
    for (const { name } of wallets.list()) views[name] = await viewOf(world, name);
    const view = { wallets: views, contacts: contacts.list(), settings: wallets.settings() };
    const said = [...wallets.notices(), ...contacts.notices()].map(({ code }) => code);
    const deleted = (await wallets.deleted()).map(({ name }) => name);
    return { view, said, deleted };
  } finally {
    await world.stop();
    await contacts.stop();
  }
}

/** Everything about a wallet; the code of the error if it cannot be opened. */
async function viewOf({ wallets, chain }: World, name: string): Promise<unknown> {
  try {
    const { height } = chain.tip();
    await until(async () => (await wallets.balance(name)).asOfHeight === height, `${name} follows the chain`);
    const { coins } = await wallets.coins(coinsOf(name));
    const addresses = await wallets.addresses({ ...coinsOf(name), chain: 'receive', sort: 'index' });
    return {
      balance: await wallets.balance(name),
      frozen: coins.filter(({ frozen }) => frozen).map(({ txid }) => txid),
      labels: addresses.addresses.filter(({ label }) => label !== ''),
      requests: await wallets.requests(name),
      backup: wallets.list().find((each) => each.name === name)!.backup,
    };
  } catch (error) {
    if (error instanceof KithError) return error.code;
    throw error;
  }
}

/** By their paths below the directory. */
const filesOf = (folder: string): string[] =>
  ['wallets', 'contacts'].flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  );

test('there are files of every kind', () => {
  expect(filesOf(directory)).toEqual(expect.arrayContaining([expect.stringMatching(/^contacts/)]));
  expect(Object.keys(before.view.wallets).sort()).toEqual(['first', 'savings', 'second']);
  expect(filesOf(directory).length).toBeGreaterThan(8);
  expect(before.said).toEqual([]);
});

describe.each(damages(2))('a file that is damaged ($name)', ({ hurt }) => {
  test('changes nothing silently, and no other wallet', async () => {
    const silently: string[] = [];
    for (const file of filesOf(directory)) {
      const copy = newDirectory();
      copies.push(copy);
      cpSync(directory, copy, { recursive: true });
      hurt(join(copy, file));
      const { view, said, deleted } = await look(copy);
      const isTold = said.length > 0 || deleted.length > 0;
      for (const [name, was] of Object.entries(before.view.wallets)) {
        const isSame = JSON.stringify(view.wallets[name]) === JSON.stringify(was);
        const isIts = file.includes(name) || isRecord(file);
        if (!isSame && !(isIts && (isTold || isRecord(file)))) silently.push(`${file}: ${name}`);
      }
      const isOther = JSON.stringify(view.contacts) !== JSON.stringify(before.view.contacts);
      if (isOther && !(file.startsWith('contacts') && isTold)) silently.push(`${file}: contacts`);
      rmSync(copy, { recursive: true, force: true });
    }
    expect(silently).toEqual([]);
  }, 120_000);
});

/** Settings and records of backups: without them the defaults hold, and a backup is made again. */
const isRecord = (file: string): boolean => /settings|backups/.test(file);
