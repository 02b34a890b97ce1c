import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { CONTACT_LIMITS } from '../../../../shared/contract/vocabulary.ts';
import { encodeAddress } from '../../../../main/core/primitives/address.ts';
import { systemClock } from '../../../../main/lib/clock.ts';
import { systemRandom } from '../../../../main/lib/random.ts';
import { encodeChecked } from '../../../../main/wallet/files/checked-text.ts';
import { CONTACTS_SCHEMA, encodeContacts } from '../../../../main/wallet/contacts/contacts-file.ts';
import { lookalikeKey } from '../../../../main/wallet/contacts/contact-names.ts';
import { type Contacts, createContacts } from '../../../../main/wallet/contacts/contacts.ts';
import { newFolder } from '../../../support/folder.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { lookalikes, network } from '../world.ts';

const anAddress = (number: number): string => {
  const lock = new Uint8Array(32);
  new DataView(lock.buffer).setUint32(0, number + 1);
  return encodeAddress(network.hrp, { lockType: 0, lock });
};
const OWN = anAddress(900_000);

interface Options {
  readonly directory?: string;
  readonly idHex?: string;
  readonly lastPaid?: ReadonlyMap<string, number>;
  readonly fileStep?: (name: string) => void;
}

async function openContacts({
  directory = newFolder(),
  idHex = network.idHex,
  ...rest
}: Options = {}): Promise<Contacts & { readonly directory: string; readonly file: string }> {
  const contacts = createContacts({
    directory,
    network: { hrp: network.hrp, idHex },
    clock: systemClock,
    random: systemRandom,
    log: silent,
    lastPaid: async () => rest.lastPaid ?? new Map(),
    isOwn: (address) => address === OWN,
    fileStep: rest.fileStep,
  });
  await contacts.start(new AbortController().signal);
  return { ...contacts, directory, file: join(directory, 'contacts', 'contacts.kith') };
}

const named = (contacts: Contacts) => contacts.list().map(({ name }) => name);
const codes = (contacts: Contacts) => contacts.notices().map(({ code }) => code);
const refused = (work: Promise<unknown>, code: string, data: object = {}) =>
  expect(work).rejects.toMatchObject({ code, ...(Object.keys(data).length > 0 ? { data } : {}) });

describe('contacts', () => {
  test('are kept, sorted by name, changed and removed, also across a restart', async () => {
    const first = await openContacts();
    const heard: string[][] = [];
    const off = first.onChanged(() => heard.push(named(first)));
    const mira = await first.put({ name: 'Mira', addresses: [anAddress(1)], note: 'bakes\nbread' });
    await first.put({ name: 'Anna', addresses: [anAddress(2), anAddress(3)] });
    await first.put({ id: mira.id, name: 'Mira Stern', addresses: [anAddress(4)] });
    expect(heard).toEqual([['Mira'], ['Anna', 'Mira'], ['Anna', 'Mira Stern']]);
    off();
    await first.stop();

    const second = await openContacts(first);
    const stored = second.list().find(({ id }) => id === mira.id);
    expect(stored).toMatchObject({ name: 'Mira Stern', note: 'bakes\nbread', createdAt: mira.createdAt });
    expect(stored?.addresses).toEqual([{ address: anAddress(4), paidAt: null }]);
    expect([second.nameOf(anAddress(1)), second.nameOf(anAddress(4))]).toEqual([undefined, 'Mira Stern']);
    await second.remove(mira.id);
    expect(named(second)).toEqual(['Anna']);
    await refused(second.remove(mira.id), 'contact-unknown');
    await refused(second.put({ id: mira.id, name: 'Mira', addresses: [anAddress(1)] }), 'contact-unknown');
    expect(heard).toHaveLength(3);
  });

  test.each([
    ['Mira', 'contact-name-taken'],
    ['MIRA', 'contact-name-taken'],
    ['М\u0456ra', 'contact-name-lookalike'],
    ['M1ra', 'contact-name-lookalike'],
    ['Mira.', 'contact-name-lookalike'],
    ['Mír a', 'contact-name-lookalike'],
    [anAddress(7), 'contact-name'],
    [anAddress(7).toUpperCase(), 'contact-name'],
    ['kith:x', 'contact-name'],
  ])('no contact gets the name %s beside Mira: %s', async (name, code) => {
    const contacts = await openContacts();
    await contacts.put({ name: 'Mira', addresses: [anAddress(1)] });
    await refused(contacts.put({ name, addresses: [anAddress(2)] }), code);
    expect(named(contacts)).toEqual(['Mira']);
  });

  test('names that differ are kept apart, and a contact may keep its own', async () => {
    const contacts = await openContacts();
    const names = ['Mira', 'Mina', 'Mira 2', '山田', '🦊', '🐻'];
    for (const [i, name] of names.entries()) await contacts.put({ name, addresses: [anAddress(i)] });
    expect(named(contacts).sort()).toEqual([...names].sort());
    const [first] = contacts.list();
    const again = await contacts.put({
      ...first!,
      addresses: first!.addresses.map(({ address }) => address),
      name: first!.name.toUpperCase(),
    });
    expect(again.id).toBe(first!.id);
    expect(lookalikeKey('Modern')).toBe(lookalikeKey('Modem'));
  });

  test('an address belongs to one contact, and stands there once', async () => {
    const contacts = await openContacts();
    await contacts.put({ name: 'Mira', addresses: [anAddress(1)] });
    const taken = { address: anAddress(1), other: 'Mira' };
    await refused(
      contacts.put({ name: 'Bo', addresses: [anAddress(2), anAddress(1).toUpperCase()] }),
      'contact-address-taken',
      taken,
    );
    await refused(
      contacts.put({ name: 'Bo', addresses: [anAddress(2), anAddress(2)] }),
      'contact-address-taken',
    );
    await refused(contacts.put({ name: 'Bo', addresses: ['rkith1nonsense'] }), 'address-malformed');
    expect(named(contacts)).toEqual(['Mira']);
  });

  test('an own address is given to one contact only', async () => {
    const contacts = await openContacts();
    await refused(
      contacts.put({ name: 'Mira', addresses: [anAddress(1)], given: [anAddress(2)] }),
      'contact-given',
    );
    const { id } = await contacts.put({ name: 'Mira', addresses: [anAddress(1)], given: [OWN] });
    expect([...contacts.given()]).toEqual([[OWN, 'Mira']]);
    await refused(
      contacts.put({ name: 'Bo', addresses: [anAddress(3)], given: [OWN] }),
      'contact-address-taken',
      { address: OWN, other: 'Mira' },
    );
    // A change that does not name the given addresses leaves them.
    expect((await contacts.put({ id, name: 'Mira', addresses: [anAddress(1)] })).given).toEqual([OWN]);
    expect((await contacts.put({ id, name: 'Mira', addresses: [anAddress(1)], given: [] })).given).toEqual(
      [],
    );
  });

  test('the address to pay next is one that was not paid, then the one that was paid longest ago', async () => {
    const earlier = new Map([[anAddress(1), 1000]]);
    const contacts = await openContacts({ lastPaid: earlier });
    const addresses = [anAddress(1), anAddress(2), anAddress(3)];
    const { id, next } = await contacts.put({ name: 'Mira', addresses });
    expect(next).toBe(addresses[1]);
    await contacts.paid([addresses[1]!, anAddress(8)]);
    const now = () => contacts.list().find((contact) => contact.id === id)!;
    expect(now().next).toBe(addresses[2]);
    expect([contacts.wasPaid(addresses[1]!), contacts.wasPaid(addresses[2]!)]).toEqual([true, false]);
    expect(contacts.hasUnpaid(addresses[1]!)).toBe(true);
    await contacts.paid([addresses[2]!]);
    expect(now().next).toBe(addresses[0]);
    expect(contacts.hasUnpaid(addresses[1]!)).toBe(false);
    // A rename keeps what is known of the addresses.
    expect((await contacts.put({ id, name: 'Mira S', addresses })).addresses).toEqual(now().addresses);
  });
});

describe('the file of the contacts', () => {
  test.each([
    ['cut', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 150))],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['zeroed', (file: string) => writeFileSync(file, Buffer.alloc(readFileSync(file).length))],
    [
      'changed in one bit',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 20]! ^= 1;
        writeFileSync(file, bytes);
      },
    ],
    ['deleted', (file: string) => rmSync(file)],
  ])('%s: the previous version is used, a notice says so, and a copy is kept', async (what, damage) => {
    const first = await openContacts();
    await first.put({ name: 'Mira', addresses: [anAddress(1)] });
    await first.put({ name: 'Bo', addresses: [anAddress(2)] });
    await first.stop();
    damage(first.file);
    const damaged = existsSync(first.file) ? readFileSync(first.file) : null;

    const second = await openContacts(first);
    expect([named(second), codes(second)]).toEqual([['Mira'], ['contacts-previous']]);
    if (what !== 'deleted') expect(readFileSync(`${first.file}.damaged`)).toEqual(damaged);
    await second.put({ name: 'Cleo', addresses: [anAddress(3)] });
    await second.stop();
    const third = await openContacts(first);
    expect([named(third), codes(third)]).toEqual([['Cleo', 'Mira'], []]);
    await third.stop();
  });

  test('corrupt together with its previous version, it starts an empty list and keeps both', async () => {
    const first = await openContacts();
    for (const [i, name] of ['Mira', 'Bo'].entries()) await first.put({ name, addresses: [anAddress(i)] });
    await first.stop();
    for (const path of [first.file, `${first.file}.bak`]) writeFileSync(path, 'nonsense');
    const second = await openContacts(first);
    expect([named(second), codes(second)]).toEqual([[], ['contacts-damaged']]);
    await second.put({ name: 'Cleo', addresses: [anAddress(3)] });
    await second.put({ name: 'Dora', addresses: [anAddress(4)] });
    const kept = ['contacts.kith.damaged', 'contacts.kith.bak.damaged'];
    const folder = join(first.directory, 'contacts');
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(kept));
    expect(kept.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['nonsense', 'nonsense']);
  });

  test.each([
    [
      'of a newer version',
      'contacts-file-newer',
      (text: string) => text.replace(/^kithcontacts \d+/, `kithcontacts ${CONTACTS_SCHEMA + 1}`),
    ],
  ])('%s is left unchanged, and the node runs without contacts', async (_what, code, change) => {
    const first = await openContacts();
    await first.put({ name: 'Mira', addresses: [anAddress(1)] });
    await first.stop();
    const text = change(readFileSync(first.file, 'utf8'));
    writeFileSync(first.file, text);
    const second = await openContacts(first);
    expect(codes(second)).toEqual([code]);
    expect(() => second.list()).toThrow(expect.objectContaining({ code }));
    await refused(second.put({ name: 'Bo', addresses: [anAddress(2)] }), code);
    await second.paid([anAddress(1)]);
    expect(second.nameOf(anAddress(1))).toBeUndefined();
    expect(readFileSync(first.file, 'utf8')).toBe(text);
  });

  test('of another network is left unchanged', async () => {
    const first = await openContacts({ idHex: 'ab'.repeat(32) });
    await first.put({ name: 'Mira', addresses: [anAddress(1)] });
    await first.stop();
    const second = await openContacts({ directory: first.directory });
    expect(codes(second)).toEqual(['contacts-file-other-network']);
    expect(() => second.list()).toThrow(expect.objectContaining({ code: 'contacts-file-other-network' }));
  });

  test.each(['write', 'copy', 'rename-previous', 'rename'])(
    'after a disk that fails before “%s” memory and disk have the old list',
    async (stopAt) => {
      let failing = false;
      const contacts = await openContacts({
        fileStep(name) {
          if (failing && name === stopAt) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        },
      });
      await contacts.put({ name: 'Mira', addresses: [anAddress(1)] });
      await contacts.put({ name: 'Bo', addresses: [anAddress(2)] });
      failing = true;
      await refused(contacts.put({ name: 'Cleo', addresses: [anAddress(3)] }), 'disk-full');
      await contacts.paid([anAddress(1)]);
      expect([named(contacts), contacts.wasPaid(anAddress(1))]).toEqual([['Bo', 'Mira'], false]);
      await contacts.stop();
      const again = await openContacts(contacts);
      expect(named(again)).toEqual(['Bo', 'Mira']);
    },
  );
});

test('1 000 contacts are listed, and a 1 001st is refused', async () => {
  const first = await openContacts();
  await first.stop();
  // Written at once: one file with fsync for each contact would take minutes on a slow disk.
  const stored = Array.from({ length: CONTACT_LIMITS.contacts }, (_, i) => ({
    id: i.toString(16).padStart(16, '0'),
    name: `Contact ${i}`,
    note: 'x'.repeat(500),
    createdAt: 1,
    nameIsNew: true,
    addresses: Array.from({ length: CONTACT_LIMITS.addresses }, (_, n) => ({
      address: anAddress(i * CONTACT_LIMITS.addresses + n),
      paidAt: n === 0 ? 1 : null,
    })),
    given: [],
  }));
  writeFileSync(first.file, encodeContacts({ network: network.idHex, contacts: stored }));
  const contacts = await openContacts(first);
  const before = performance.now();
  const list = contacts.list();
  const ms = performance.now() - before;
  expect(list).toHaveLength(CONTACT_LIMITS.contacts);
  console.info(`1 000 contacts with 20 addresses each listed in ${ms.toFixed(1)} ms`);
  await refused(contacts.put({ name: 'One more', addresses: [anAddress(500_000)] }), 'contacts-full');
  const [one] = list;
  await contacts.put({ id: one!.id, name: 'Renamed', addresses: [one!.addresses[0]!.address] });
  expect(named(contacts)).toContain('Renamed');
});

test('a backup with an own address that was given to another contact leaves a file that can be read', async () => {
  const contacts = await openContacts();
  const anna = await contacts.put({ name: 'Anna', addresses: [anAddress(1)], given: [OWN] });
  const backup = contacts.fileText()!;
  await contacts.remove(anna.id);
  const mira = { name: 'Mira', addresses: [anAddress(2)], given: [OWN] };
  await contacts.put(mira);
  expect(contacts.mergePreview(backup)).toEqual({ added: 1, kept: [] });
  await contacts.merge(backup);
  expect(contacts.list().map(({ name, given }) => ({ name, given }))).toEqual([
    { name: 'Anna', given: [] },
    { name: 'Mira', given: [OWN] },
  ]);
  await contacts.stop();
  const again = await openContacts(contacts);
  expect([named(again), codes(again)]).toEqual([['Anna', 'Mira'], []]);
});

test('a backup adds no address to a contact that is here, and the wallets say what was paid', async () => {
  const paid = new Map([[anAddress(3), 50]]);
  const contacts = await openContacts({ lastPaid: paid });
  const { id } = await contacts.put({ name: 'Mira', addresses: [anAddress(1)] });
  const aContact = (of: object) => ({ note: '', createdAt: 1, nameIsNew: false, given: [], ...of });
  const hostile = encodeContacts({
    network: network.idHex,
    contacts: [
      aContact({ id, name: 'Mira', addresses: [{ address: anAddress(2), paidAt: null }] }),
      aContact({ id: 'ab'.repeat(8), name: 'Ada', addresses: [{ address: anAddress(3), paidAt: null }] }),
    ] as never,
  });
  const text = Buffer.from(hostile).toString('utf8');
  expect(contacts.mergePreview(text)).toEqual({ added: 1, kept: ['Mira'] });
  await contacts.merge(text);
  expect(contacts.nextAddressOf('Mira')).toBe(anAddress(1));
  expect(contacts.nameOf(anAddress(2))).toBeUndefined();
  expect(contacts.wasPaid(anAddress(3))).toBe(true);
  // The backup says that the contact was paid under this name. Only a payment from here shows that.
  expect(contacts.isFamiliar(anAddress(3))).toBe(false);
});

test('a contact that was added or renamed is not familiar until it is paid, also across restarts', async () => {
  const familiar: boolean[] = [];
  let contacts = await openContacts();
  const { id } = await contacts.put({ name: 'Mira', addresses: [anAddress(1), anAddress(2)] });
  const restart = async () => {
    await contacts.stop();
    contacts = await openContacts(contacts);
    familiar.push(contacts.isFamiliar(anAddress(1)));
  };
  await restart();
  await contacts.paid([anAddress(1)]);
  await restart();
  await contacts.put({ id, name: 'Ada', addresses: [anAddress(1), anAddress(2)] });
  await restart();
  // Another change keeps the name.
  await contacts.put({ id, name: 'Ada', addresses: [anAddress(1), anAddress(2)], note: 'bakes' });
  await restart();
  await contacts.paid([anAddress(2)]);
  await restart();
  expect(familiar).toEqual([false, true, false, false, true]);
});

test('a file of schema 1 is read: a contact that was paid is familiar, and another one is not', async () => {
  const first = await openContacts();
  await first.put({ name: 'Mira', addresses: [anAddress(1)] });
  await first.stop();
  const contact = (id: string, name: string, address: string, paidAt: number | null) => ({
    ...{ id: id.repeat(16), name, note: '', createdAt: 1, addresses: [{ address, paidAt }], given: [] },
  });
  const contacts = [contact('a', 'Ada', anAddress(1), 5), contact('b', 'Bo', anAddress(2), null)];
  const body = Buffer.from(`${JSON.stringify({ network: network.idHex, contacts })}\n`);
  writeFileSync(first.file, encodeChecked('kithcontacts', 1, body));
  const second = await openContacts(first);
  expect([named(second), codes(second)]).toEqual([['Ada', 'Bo'], []]);
  expect([second.isFamiliar(anAddress(1)), second.isFamiliar(anAddress(2))]).toEqual([true, false]);
  await second.paid([anAddress(2)]);
  expect(readFileSync(first.file, 'utf8')).toMatch(/^kithcontacts 2 /);
  expect(second.isFamiliar(anAddress(2))).toBe(true);
});

test('an address that looks like one of a contact is not saved', async () => {
  const contacts = await openContacts();
  const twins = lookalikes();
  const { id } = await contacts.put({ name: 'Mira', addresses: [twins[0]] });
  const data = { address: twins[1], other: 'Mira' };
  await refused(contacts.put({ name: 'Ada', addresses: [twins[1]] }), 'contact-address-lookalike', data);
  const both = { id, name: 'Mira', addresses: twins };
  await refused(contacts.put(both), 'contact-address-lookalike', data);
  await refused(contacts.put({ name: 'Ada', addresses: twins.toReversed() }), 'contact-address-taken');
  expect(contacts.list().map(({ addresses }) => addresses.length)).toEqual([1]);
  const thief = await openContacts();
  await thief.put({ name: 'Ada', addresses: [twins[1]] });
  expect(contacts.mergePreview(thief.fileText()!)).toEqual({ added: 0, kept: ['Mira'] });
  // What is here stays usable.
  await contacts.put({ id, name: 'Mira Stern', addresses: [twins[0]] });
});
