import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { isViolation } from '../../../main/core/violation.ts';
import {
  decodeSetup,
  encodeSetup,
  isSetupProblem,
  setupFingerprint,
} from '../../../main/wallet/files/setup-file.ts';
import {
  decodePaymentFile,
  encodePaymentFile,
  isPaymentFileProblem,
} from '../../../main/wallet/signing/payment-file.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import {
  decodePublicKeys,
  encodePublicKeys,
  isPublicKeysProblem,
} from '../../../main/wallet/files/public-keys-file.ts';
import { decodeWalletFile, encodeWalletFile, isFileProblem } from '../../../main/wallet/files/wallet-file.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import {
  activate,
  credentials,
  exchange,
  heightOf,
  mine,
  network,
  people,
  stopAll,
  twoOfThree,
  worlds,
} from './setup-world.ts';
import { eventually, MATURITY, openWorld, PASSWORD, SUBSIDY, type World } from './world.ts';

const STRANGER = encodeAddress(network.hrp, testKey(7).lock);
afterEach(stopAll);

const fails = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });

const prepared = async ({ wallets }: World, amount: number | 'all', address = STRANGER) => {
  const { draft } = await wallets.prepare({ name: 'family', to: [{ address, amount }] });
  return wallets.exportPayment(draft);
};
const sign = ({ wallets }: World, payment: Uint8Array) =>
  wallets.signPayment({ ...credentials('family'), payment });

describe('a shared wallet', () => {
  test('has the same addresses, balance and fingerprint for everybody', async () => {
    const all = await twoOfThree();
    const seen = await Promise.all(
      all.map(async ({ wallets }) => ({
        address: await wallets.address('family'),
        setup: setupOf(wallets.exportSetup('family')),
        available: (await wallets.balance('family')).available,
        kind: wallets.list().find(({ name }) => name === 'family')?.kind,
      })),
    );
    expect(seen[0]).toMatchObject({ available: SUBSIDY, kind: 'shared' });
    expect(seen[0]!.address).toMatch(/^rkith1/);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test.each([
    [0, 1],
    [2, 0],
    [1, 2],
  ])('pays when the people %i and %i have signed, one after the other', async (first, second) => {
    const all = await twoOfThree();
    const payment = await prepared(all[first]!, 50_000_000);
    const once = await sign(all[first]!, payment);
    expect(once.complete).toBe(false);
    const status = await all[second]!.wallets.inspectPayment(once.payment);
    expect(status.signers.filter(({ signed }) => signed)).toHaveLength(1);
    expect(status.signers.filter(({ own }) => own)).toEqual([expect.objectContaining({ signed: false })]);
    await fails(all[second]!.wallets.broadcastPayment(once.payment), 'payment-file-unsigned');
    const twice = await sign(all[second]!, once.payment);
    expect(twice.complete).toBe(true);
    const sent = await all[0]!.wallets.broadcastPayment(twice.payment);
    expect(isViolation(sent)).toBe(false);
    await mine(1);
    for (const { wallets } of all) {
      const [newest] = await wallets.history({ name: 'family', limit: 1 });
      expect(newest).toMatchObject({ kind: 'sent', state: 'mined', addresses: [STRANGER] });
    }
  });

  test('combines the files of people who signed at the same time, and refuses another payment', async () => {
    const [a, b, c] = await twoOfThree();
    const payment = await prepared(a!, 'all');
    const [byB, byC] = [await sign(b!, payment), await sign(c!, payment)];
    const one = await a!.wallets.combinePayments([byB.payment, byC.payment]);
    expect(await a!.wallets.combinePayments([byC.payment, byB.payment])).toEqual(one);
    expect(one.complete).toBe(true);
    await fails(
      a!.wallets.combinePayments([payment, await prepared(a!, 60_000_000)]),
      'payment-file-different',
    );
    expect(isViolation(await a!.wallets.broadcastPayment(one.payment))).toBe(false);
    await mine(1);
    expect(await a!.wallets.balance('family')).toMatchObject({ available: 0, immature: 0 });
  });

  test('has the fee rate that was asked for, and one person cannot send alone', async () => {
    const [a, b] = await twoOfThree();
    const to = [{ address: STRANGER, amount: 10_000_000 }];
    const draft = await a!.wallets.prepare({ name: 'family', to, feerate: 20 });
    await fails(a!.wallets.confirm(draft.draft, PASSWORD), 'wallet-shared-sign');
    const again = await a!.wallets.prepare({ name: 'family', to, feerate: 20 });
    const once = await sign(a!, a!.wallets.exportPayment(again.draft));
    const { payment } = await sign(b!, once.payment);
    const { txid, fee, feerate } = await a!.wallets.inspectPayment(payment);
    await a!.wallets.broadcastPayment(payment);
    expect(fee).toBe(20 * a!.mempool.get(txid)!.bytes.length);
    expect(feerate).toBe(20);
  });

  test('refuses change to a plain key of a signer, and neither signs messages nor proves payments', async () => {
    const [a, b] = await twoOfThree();
    const file = decodePaymentFile(await prepared(a!, 40_000_000));
    const setup = decodeSetup(b!.wallets.exportSetup('family'));
    if (isPaymentFileProblem(file) || isSetupProblem(setup)) throw new Error('unreadable');
    const view = b!.wallets.inspectSetup(b!.wallets.exportSetup('family'));
    const own = setup.people[view.people.findIndex(({ wallet }) => wallet === 'family')]!;
    const outputs = file.tx.outputs.map((output, at) =>
      file.change[at] ? { ...output, lockType: 0, lock: own.change.subarray(0, 32) } : output,
    );
    expect(outputs.filter(({ lockType }) => lockType === 0)).toHaveLength(2);
    const change = file.change.map((path) => path && ({ chain: 1, index: 0 } as const));
    const forged = encodePaymentFile({ ...file, change, tx: createTransaction({ ...file.tx, outputs }) });
    const seen = await b!.wallets.inspectPayment(forged);
    expect(seen.outputs.map((output) => output.change)).toEqual([false, false]);
    await fails(sign(b!, forged), 'payment-file-change');

    const message = { ...credentials('family'), address: await a!.wallets.address('family'), message: 'hi' };
    await fails(a!.wallets.signMessage(message), 'wallet-setup-proof');
    const toProve = { ...credentials('family'), txid: '00'.repeat(32), challenge: 'x' };
    await fails(a!.wallets.provePayment(toProve), 'wallet-setup-proof');
  });

  test('is restored from one recovery phrase and the set-up file, and knows who has what', async () => {
    const [a, , c] = await twoOfThree();
    const setup = c!.wallets.exportSetup('family');
    const { mnemonic } = await c!.wallets.words('family', PASSWORD);
    const own = c!.wallets.inspectSetup(setup).people.find(({ wallet }) => wallet === 'family')!;
    const fresh = await openWorld({ network });
    worlds.push(fresh);
    for (let height = 1; height <= heightOf(); height++) {
      const bytes = await a!.chain.readBlock(a!.chain.atHeight(height)!.id);
      await fresh.chain.submitBlock(bytes!);
    }
    await fresh.wallets.restore({ name: 'phrase', password: PASSWORD, mnemonic });
    await fresh.wallets.createAccount({
      from: 'phrase',
      name: 'family',
      password: PASSWORD,
      account: own.account,
    });
    await fresh.wallets.joinSetup({ ...credentials('family'), setup });
    await eventually(async () => (await fresh.wallets.balance('family')).available).toBe(SUBSIDY);
    const once = await sign(fresh, await prepared(fresh, 40_000_000));
    expect((await sign(a!, once.payment)).complete).toBe(true);
  });

  test('is the same after a restart, and refuses to sign if its set-up was changed outside', async () => {
    const [a] = await twoOfThree();
    const before = await a!.wallets.address('family');
    await a!.stop();
    const again = await openWorld({ network, directory: a!.directory });
    worlds[0] = again;
    expect(await again.wallets.address('family')).toBe(before);
    expect((await again.wallets.balance('family')).available).toBe(SUBSIDY);
    const payment = await prepared(again, 50_000_000);
    expect((await sign(again, payment)).complete).toBe(false);

    await again.stop();
    const path = join(a!.directory, 'wallets', 'family.kithwallet');
    const file = decodeWalletFile(readFileSync(path));
    if (isFileProblem(file)) throw new Error(file.problem);
    const setup = decodeSetup(file.setup!);
    if (isSetupProblem(setup)) throw new Error(setup);
    writeFileSync(path, encodeWalletFile({ ...file, setup: encodeSetup({ ...setup, m: 1 }) }));
    worlds[0] = await openWorld({ network, directory: a!.directory });
    await fails(worlds[0].wallets.unlock('family', PASSWORD), 'wallet-setup-changed');
    await fails(sign(worlds[0], payment), 'wallet-setup-changed');
  });
});

describe('a set-up', () => {
  test('is refused before the rule is active, for used wallets, and for people who do not fit', async () => {
    const [a, b] = await people(2);
    const [keysA, keysB] = await exchange('family');
    const setup = { kind: 'shared', m: 2, keys: [keysB!] } as const;
    await fails(a!.wallets.createSetup({ ...credentials('family'), setup }), 'setup-inactive');
    await activate();
    const own = { kind: 'shared', m: 2, keys: [keysA!] } as const;
    await fails(a!.wallets.createSetup({ ...credentials('family'), setup: own }), 'setup-people');
    const many = { kind: 'shared', m: 3, keys: [keysB!] } as const;
    await fails(a!.wallets.createSetup({ ...credentials('family'), setup: many }), 'setup-people');
    await fails(
      a!.wallets.createSetup({ ...credentials('family'), password: 'x', setup }),
      'wallet-password',
    );
    await mine(1, a!.lockOf(await a!.wallets.address('mine')));
    await eventually(() => a!.wallets.createSetup({ ...credentials('mine'), setup }).catch(codeOf)).toBe(
      'setup-used',
    );
    const made = await a!.wallets.createSetup({ ...credentials('family'), setup });
    await fails(a!.wallets.createSetup({ ...credentials('family'), setup }), 'setup-used');
    await fails(b!.wallets.joinSetup({ ...credentials('mine'), setup: made }), 'setup-foreign');
    await fails(
      Promise.resolve().then(() => b!.wallets.exportSetup('mine')),
      'setup-none',
    );
    await fails(
      Promise.resolve().then(() => b!.wallets.inspectSetup(made.subarray(1))),
      'setup-file-malformed',
    );
  });

  test('is refused for a wallet that gave out addresses or has not read the chain', async () => {
    const [a] = await people(1);
    await a!.wallets.create({ name: 'mine', password: PASSWORD, words: 12 });
    const { mnemonic } = await a!.wallets.words('mine', PASSWORD);
    await mine(1, a!.lockOf(await a!.wallets.address('mine')));
    await activate();
    for (const name of ['given', 'asked'])
      await a!.wallets.createAccount({ from: 'mine', name, password: PASSWORD });
    const setup = { kind: 'savings', height: heightOf() + 30 } as const;
    await a!.wallets.newAddress('given');
    await fails(a!.wallets.createSetup({ ...credentials('given'), setup }), 'setup-addresses');
    await a!.wallets.createRequest({ name: 'asked', label: 'rent' });
    await fails(a!.wallets.createSetup({ ...credentials('asked'), setup }), 'setup-addresses');

    const bodyless = await openWorld({ network, readBlock: () => Promise.resolve(null) });
    try {
      for (let height = 1; height <= heightOf(); height++) {
        const bytes = await a!.chain.readBlock(a!.chain.atHeight(height)!.id);
        await bodyless.chain.submitBlock(bytes!);
      }
      await bodyless.wallets.restore({ name: 'back', password: PASSWORD, mnemonic });
      await fails(bodyless.wallets.createSetup({ ...credentials('back'), setup }), 'wallet-reading');
    } finally {
      await bodyless.stop();
    }
  });

  test('takes no person with fewer than 100 keys for change, who would stop the payments of all', async () => {
    const [a] = await people(2);
    await activate();
    const [, keys] = await exchange('family');
    const file = decodePublicKeys(keys!);
    if (isPublicKeysProblem(file)) throw new Error(file);
    const create = (count: number) =>
      a!.wallets.createSetup({
        ...credentials('family'),
        setup: {
          kind: 'shared',
          m: 1,
          keys: [encodePublicKeys({ ...file, change: file.change.subarray(0, count * 32) })],
        },
      });
    await fails(create(99), 'setup-keys-few');
    const made = a!.wallets.inspectSetup(await create(100));
    expect(made).toMatchObject({ keys: 1000, changeKeys: 100 });
    expect(a!.wallets.payout('family')).toMatchObject({ lockType: 1 });
  });

  test('file is read as it was written, and in no other form', async () => {
    const [a] = await twoOfThree();
    const bytes = a!.wallets.exportSetup('family');
    const file = decodeSetup(bytes);
    if (isSetupProblem(file)) throw new Error(file);
    expect(encodeSetup(file)).toEqual(Uint8Array.from(bytes));
    for (const length of [0, 7, 40, 500, bytes.length - 1])
      expect(decodeSetup(bytes.subarray(0, length))).toBe('setup-file-malformed');
    const [first, ...rest] = file.people;
    const few = { ...first!, change: first!.change.subarray(0, 99 * 32) };
    for (const change of [
      { m: 0 },
      { m: 4 },
      { height: 1 },
      { people: file.people.toReversed() },
      { people: [few, ...rest] },
    ])
      expect(decodeSetup(encodeSetup({ ...file, ...change }))).toBe('setup-file-malformed');
    expect(setupFingerprint(file)).toMatch(/^[0-9a-f]{40}$/);
    const view = a!.wallets.inspectSetup(bytes);
    expect(view.fingerprint).toBe(setupFingerprint(file));
    const exported = await Promise.all(worlds.map(({ wallets }) => wallets.exportKeys('family')));
    expect(view.people.map(({ fingerprint }) => fingerprint).toSorted()).toEqual(
      exported.map(({ fingerprint }) => fingerprint).toSorted(),
    );
    expect(setupFingerprint({ ...file, m: 3 })).not.toBe(setupFingerprint(file));
  });
});

describe('a wallet with a time lock', () => {
  test('of savings can be spent from its height on, with the password alone', async () => {
    const [a] = await people(1);
    await activate();
    await a!.wallets.create({ name: 'mine', password: PASSWORD, words: 12 });
    await a!.wallets.createAccount({ from: 'mine', name: 'later', password: PASSWORD });
    const height = heightOf() + 30;
    const setup = { kind: 'savings', height } as const;
    const early = { kind: 'savings', height: heightOf() + 3 } as const;
    await fails(a!.wallets.createSetup({ ...credentials('later'), setup: early }), 'setup-height');
    await a!.wallets.createSetup({ ...credentials('later'), setup });
    expect(a!.wallets.list()).toContainEqual(
      expect.objectContaining({ name: 'later', kind: 'savings', spendableFrom: height }),
    );
    await mine(1, a!.wallets.payout('later'));
    await mine(MATURITY + 5);
    const to = [{ address: STRANGER, amount: 'all' }] as const;
    expect(await a!.wallets.balance('later')).toMatchObject({ available: 0, immature: SUBSIDY });
    await fails(a!.wallets.prepare({ name: 'later', to }), 'wallet-funds-locked');
    await mine(height - 1 - heightOf());
    expect(await a!.wallets.balance('later')).toMatchObject({ available: SUBSIDY, immature: 0 });
    const { draft } = await a!.wallets.prepare({ name: 'later', to });
    const sent = await a!.wallets.confirm(draft, PASSWORD);
    expect(isViolation(sent)).toBe(false);
    await mine(1);
    const [newest] = await a!.wallets.history({ name: 'later', limit: 1 });
    expect(newest).toMatchObject({ kind: 'sent', state: 'mined' });
  });

  test('of savings has its coins from the height on also if they came shortly before', async () => {
    const [a] = await people(1);
    await a!.wallets.create({ name: 'mine', password: PASSWORD, words: 12 });
    await mine(1, a!.wallets.payout('mine'));
    await activate();
    await a!.wallets.createAccount({ from: 'mine', name: 'later', password: PASSWORD });
    const height = heightOf() + 12;
    await a!.wallets.createSetup({ ...credentials('later'), setup: { kind: 'savings', height } });
    await mine(height - 4 - heightOf());
    const to = [{ address: await a!.wallets.address('later'), amount: 40_000_000 }];
    const { draft } = await a!.wallets.prepare({ name: 'mine', to });
    await a!.wallets.confirm(draft, PASSWORD);
    await mine(1);
    expect(await a!.wallets.balance('later')).toMatchObject({ available: 0, immature: 40_000_000 });
    await mine(1);
    expect(await a!.wallets.balance('later')).toMatchObject({ available: 0, immature: 40_000_000 });
    await mine(1);
    expect(heightOf()).toBe(height - 1);
    expect(await a!.wallets.balance('later')).toMatchObject({ available: 40_000_000, immature: 0 });
  });

  test('of an inheritance is spent by the owner at any time, by the heir from the height on', async () => {
    const [owner, heir] = await people(2);
    await activate();
    const [, heirKeys] = await exchange('family');
    const height = heightOf() + 40;
    const setup = await owner!.wallets.createSetup({
      ...credentials('family'),
      setup: { kind: 'inheritance', height, role: 'owner', keys: [heirKeys!] },
    });
    await heir!.wallets.joinSetup({ ...credentials('family'), setup });
    expect(await heir!.wallets.address('family')).toBe(await owner!.wallets.address('family'));
    await mine(2, owner!.wallets.payout('family'));
    await mine(MATURITY);
    const to = [{ address: STRANGER, amount: 10_000_000 }];
    expect((await heir!.wallets.balance('family')).available).toBe(0);
    await fails(heir!.wallets.prepare({ name: 'family', to }), 'wallet-funds-locked');
    const byOwner = await owner!.wallets.prepare({ name: 'family', to });
    expect(isViolation(await owner!.wallets.confirm(byOwner.draft, PASSWORD))).toBe(false);
    await mine(height - 1 - heightOf());
    const byHeir = await heir!.wallets.prepare({
      name: 'family',
      to: [{ address: STRANGER, amount: 'all' }],
    });
    expect(isViolation(await heir!.wallets.confirm(byHeir.draft, PASSWORD))).toBe(false);
  });
});

function setupOf(bytes: Uint8Array): string {
  const file = decodeSetup(bytes);
  if (isSetupProblem(file)) throw new Error(file);
  return setupFingerprint(file);
}
