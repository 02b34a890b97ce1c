import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { outpointKeyOf } from '../../../main/core/primitives/outpoint.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { coinOrigins } from '../../../main/wallet/payments/coin-origins.ts';
import { type Contacts, createContacts } from '../../../main/wallet/contacts/contacts.ts';
import { createKeyring } from '../../../main/wallet/ledger/keyring.ts';
import { paymentWarnings } from '../../../main/wallet/payments/warnings.ts';
import { newDirectory, silent } from '../../support/chain/test-chain.ts';
import { network, openWorld, send, walletWithCoins, type World } from './world.ts';

// One world with a wallet and contacts, wired as in a node.
let world: World;
let contacts: Contacts;
const anAddress = (fill: number, middle = fill): string => {
  const lock = new Uint8Array(32).fill(fill);
  lock[16] = middle;
  return encodeAddress(network.hrp, { lockType: 0, lock });
};

beforeAll(async () => {
  const directory = newDirectory();
  contacts = createContacts({
    directory,
    network,
    clock: systemClock,
    random: systemRandom,
    log: silent,
    lastPaid: (addresses) => world.wallets.lastPaid(addresses),
    isOwn: (address) => world.wallets.checkAddress(address).own,
  });
  await contacts.start(new AbortController().signal);
  world = await openWorld({ directory, contacts });
  await walletWithCoins(world, 'mine', 6);
});
afterAll(async () => {
  await world.stop();
  await contacts.stop();
});

const prepare = (address: string) =>
  world.wallets.prepare({ name: 'mine', to: [{ address, amount: 1_000_000 }] });
const warningsOf = async (address: string) => (await prepare(address)).warnings;

test('the draft names the contact beside its address, under its present name', async () => {
  const { id } = await contacts.put({ name: 'Mira', addresses: [anAddress(1)] });
  const { draft, outputs } = await prepare(anAddress(1));
  expect(outputs.filter(({ change }) => !change)).toEqual([
    { address: anAddress(1), amount: 1_000_000, change: false, contact: 'Mira', contactIsNew: true },
  ]);
  expect(outputs.filter(({ change }) => change).map(({ contact }) => contact)).toEqual([undefined]);
  await contacts.put({ id, name: 'Mira Stern', addresses: [anAddress(1)] });
  expect(world.wallets.draft(draft)!.payment.outputs.map(({ contact }) => contact)).toContain('Mira Stern');
});

test('an address of a contact that was paid before is never used again silently', async () => {
  const { id, next } = await contacts.put({ name: 'Cleo', addresses: [anAddress(2), anAddress(3)] });
  expect(next).toBe(anAddress(2));
  expect((await warningsOf(next)).map(({ code }) => code)).not.toContain('address-used');
  await send(world, 'mine', next, 2_000_000);
  const paid = contacts.list().find((contact) => contact.id === id)!;
  expect(paid.next).toBe(anAddress(3));
  expect(paid.addresses[0]!.paidAt).toBeGreaterThan(0);
  const again = (await warningsOf(anAddress(2))).find(({ code }) => code === 'address-used');
  expect(again?.message).toMatch(
    /^You have paid this address of “Cleo” before\..*has an address that you have not paid/,
  );
  await send(world, 'mine', anAddress(3), 2_000_000);
  const last = (await warningsOf(anAddress(3))).find(({ code }) => code === 'address-used');
  expect(last?.message).toMatch(/Ask “Cleo” for a new address/);
});

test('a contact is new until it is paid, and again when it is renamed', async () => {
  const address = anAddress(20);
  const { id } = await contacts.put({ name: 'Gina', addresses: [address] });
  const isNew = async () =>
    (await prepare(address)).outputs.find((output) => output.address === address)?.contactIsNew;
  expect(await isNew()).toBe(true);
  await send(world, 'mine', address, 2_000_000);
  expect(await isNew()).toBeUndefined();
  await contacts.put({ id, name: 'Gina', addresses: [address], note: 'bakes' });
  expect(await isNew()).toBeUndefined();
  await contacts.put({ id, name: 'Hugo', addresses: [address] });
  expect(await isNew()).toBe(true);
});

test('an address that was paid before it became a contact counts as paid', async () => {
  await send(world, 'mine', anAddress(4), 3_000_000);
  const saved = await contacts.put({ name: 'Dora', addresses: [anAddress(4), anAddress(5)] });
  expect(saved.addresses.map(({ paidAt }) => paidAt === null)).toEqual([false, true]);
  expect(saved.next).toBe(anAddress(5));
  await world.mine();
  const later = await contacts.put({ name: 'Emil', addresses: [anAddress(6)] });
  expect(later.addresses[0]!.paidAt).toBeNull();
});

test('an address that looks like one of a contact is warned of with the name of the contact', () => {
  const paid = anAddress(9);
  const own = `${paid.slice(0, 12)}${'q'.repeat(paid.length - 16)}${paid.slice(-4)}`;
  const warned = (known: string, names: Record<string, string> = { [known]: 'Fritz' }) =>
    paymentWarnings(
      {
        wallet: { keyring: { find: () => undefined } } as never,
        network,
        contacts: {
          nameOf: (address) => names[address],
          addresses: () => [known],
          wasPaid: () => false,
          hasUnpaid: () => false,
        },
        defaultFeerate: 10,
        knownAddresses: [known],
        paidAddresses: new Set(),
      },
      {
        fee: 1,
        feerate: 1,
        inputs: [],
        outputs: [{ address: paid, amount: 1_000_000, change: false }],
        expires: 1,
        replaces: null,
        coinsChosen: false,
      },
      {
        spendsUnconfirmedChange: false,
        payableTwice: [],
        leftOut: [],
        uneconomic: [],
        addedToFee: 0,
        spendsAll: false,
        repeatedAfter: null,
      },
    );
  expect(warned(own)).toEqual([
    {
      code: 'address-lookalike',
      message: expect.stringContaining('looks like the address of “Fritz”, but is a different one') as string,
    },
  ]);
  // Saved as a contact from a payment of the attacker: the address that is known stays another one.
  expect(warned(own, { [paid]: 'Thief', [own]: 'Fritz' })).toHaveLength(1);
  expect(warned(paid)).toEqual([]);
  expect(warned(anAddress(10))).toEqual([]);
});

test('coins at an address that was given to a contact have the contact as their origin, without a label', () => {
  const receive = new Uint8Array(96).map((_, i) => Math.floor(i / 32) + 1);
  const keyring = createKeyring(receive, new Uint8Array(32).fill(7));
  const at = (index: number) => encodeAddress(network.hrp, keyring.lock({ chain: 0, index }));
  const labels = new Map([
    [at(0), 'rent'],
    [at(1), 'MIRA'],
    [at(2), 'rent'],
  ]);
  const given = new Map([[at(0), 'Mira']]);
  const originOf = coinOrigins({ labels, given }, network.hrp, keyring);
  const origins = [0, 1, 2].map((index) =>
    originOf(outpointKeyOf('ab'.repeat(32), index), { keyPath: { chain: 0, index } } as never),
  );
  expect(origins).toEqual(['mira', 'mira', 'rent']);
  // Another map of the contacts is another answer.
  const without = coinOrigins({ labels, given: new Map() }, network.hrp, keyring);
  expect(without(outpointKeyOf('ab'.repeat(32), 0), { keyPath: { chain: 0, index: 0 } } as never)).toBe(
    'rent',
  );
});
