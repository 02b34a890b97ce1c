import { codeOf } from '../../../main/lib/errors.ts';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePaymentLink } from '../../../shared/payment-link.ts';
import { createLog, type LogEntry } from '../../../main/lib/log.ts';
import { toMotes } from '../../../shared/units.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';
import { eventually, MATURITY, PASSWORD, send, SUBSIDY, walletWithCoins, type World } from './world.ts';
import { worldsOfFile } from './worlds.ts';

const { open, reopen, worlds } = worldsOfFile();

const fails = (work: Promise<unknown> | (() => unknown), code: string, data?: object) =>
  expect(typeof work === 'function' ? (async () => work())() : work).rejects.toMatchObject({
    code,
    ...(data === undefined ? {} : { data }),
  });

test('the recovery phrase of a new wallet counts as checked once it is marked, also after a restart', async () => {
  let world = await open();
  const { mnemonic } = await world.wallets.create({ name: 'new', password: PASSWORD, words: 12 });
  await world.wallets.restore({ name: 'restored', password: PASSWORD, mnemonic });
  const checked = () => world.wallets.list().map(({ name, phraseChecked }) => [name, phraseChecked]);
  expect(checked()).toEqual([
    ['new', false],
    ['restored', true],
  ]);
  world = await reopen(world);
  expect(checked()[0]).toEqual(['new', false]);
  await world.wallets.markPhraseChecked('new');
  world = await reopen(world);
  expect(checked()[0]).toEqual(['new', true]);
  await fails(world.wallets.markPhraseChecked('nobody'), 'wallet-unknown');
});

test('a locked wallet mines, its reward matures, and its payment arrives in the other wallet', async () => {
  const world = await open();
  const { wallets } = world;
  await wallets.create({ name: 'a', password: PASSWORD, words: 24 });
  await wallets.create({ name: 'b', password: PASSWORD, words: 12 });
  await world.mine(1, wallets.payout('a'));
  expect(await wallets.balance('a')).toEqual({
    confirmed: 0,
    pending: 0,
    immature: SUBSIDY,
    available: 0,
    frozen: 0,
    pendingChange: 0,
    pendingIn: 0,
    pendingOut: 0,
    asOfHeight: 1,
  });
  await world.mine(MATURITY - 2);
  expect((await wallets.balance('a')).immature).toBe(SUBSIDY);
  await world.mine(1);
  expect(await wallets.balance('a')).toMatchObject({ confirmed: SUBSIDY, immature: 0, asOfHeight: MATURITY });

  const address = await wallets.address('b');
  const draft = await wallets.prepare({ name: 'a', to: [{ address, amount: 5_000_000 }] });
  expect(wallets.draft(draft.draft)).toEqual({ wallet: 'a', payment: draft });
  const { fee } = draft;
  expect(await wallets.confirm(draft.draft, PASSWORD)).toHaveProperty('txid');
  expect(wallets.draft(draft.draft)).toBeUndefined();

  const left = SUBSIDY - 5_000_000 - fee;
  expect(await wallets.balance('a')).toMatchObject({
    available: left,
    pendingIn: 0,
    pendingOut: 5_000_000 + fee,
  });
  expect(await wallets.balance('b')).toMatchObject({ available: 0, pendingIn: 5_000_000, pendingOut: 0 });
  await world.mine();
  expect(await wallets.balance('a')).toMatchObject({ confirmed: left, pending: 0 });
  expect(await wallets.balance('b')).toMatchObject({ confirmed: 5_000_000, pending: 0 });
  expect(await wallets.address('b')).not.toBe(address);
  const [paid, mined] = await wallets.history({ name: 'a', limit: 10 });
  const amount = -5_000_000 - fee;
  expect(paid).toMatchObject({ kind: 'sent', state: 'mined', amount, fee, addresses: [address] });
  expect(mined).toMatchObject({ kind: 'mined', state: 'confirmed', amount: SUBSIDY });
  await world.mine(5);
  expect((await wallets.history({ name: 'a', limit: 1 }))[0]).toMatchObject({
    state: 'confirmed',
    confirmations: 6,
  });
});

describe('names', () => {
  test('names that a file system or a reader could mistake are refused', async () => {
    const world = await open();
    const tricks = [
      '',
      ' ',
      '../a',
      'a/b',
      'a\\b',
      '.a',
      'a.',
      'con',
      'COM1.x',
      'a\nb',
      'a\0',
      '-a',
      '\u3164',
    ];
    for (const name of [...tricks, 'a'.repeat(65), `${'ä'.repeat(64)}b`])
      await fails(world.wallets.create({ name, password: PASSWORD, words: 12 }), 'wallet-name-invalid');
    expect(readdirSync(join(world.directory, 'wallets'))).toEqual([]);
  });
  test('are one wallet in any case and any form', async () => {
    const { wallets } = await open();
    const create = (name: string) => wallets.create({ name, password: PASSWORD, words: 12 });
    await create('B\u00fcro 1');
    await fails(create('b\u00fcro 1'), 'wallet-exists');
    await fails(create('Bu\u0308ro 1'), 'wallet-exists');
    await fails(() => wallets.balance('Keller'), 'wallet-unknown', { name: 'Keller' });
    expect(wallets.list()).toEqual([
      {
        name: 'B\u00fcro 1',
        locked: true,
        phraseChecked: false,
        kind: 'full',
        backup: null,
        spendableFrom: 0,
        fixedAddresses: false,
      },
    ]);
    expect(await wallets.balance('B\u00dcRO 1')).toMatchObject({ confirmed: 0 });
  });
  test('in any script are files, however they were typed or pasted', async () => {
    const { wallets, directory } = await open();
    const names = ['मेरा पैसा', 'เงินออม', 'حِساب', 'Mira’s', 'économies'];
    for (const name of names)
      await wallets.create({ name: `\u200b${name.normalize('NFD')} `, password: PASSWORD, words: 12 });
    const clean = names.map((name) => name.normalize('NFC')).sort();
    expect(wallets.list().map(({ name }) => name)).toEqual(clean);
    expect(readdirSync(join(directory, 'wallets')).sort()).toEqual(
      clean.map((name) => `${name}.kithwallet`).sort(),
    );
    await fails(wallets.create({ name: "mira's", password: PASSWORD, words: 12 }), 'wallet-exists');
  });
  test('of two wallets that are created with one name, one succeeds', async () => {
    const { wallets } = await open();
    const both = ['x', 'X'].map((name) => wallets.create({ name, password: PASSWORD, words: 12 }));
    const results = await Promise.allSettled(both);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('passwords', () => {
  test('a wrong one opens no wallet and delays the next attempt', async () => {
    const world = await open();
    const { wallets } = world;
    await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    for (let i = 0; i < 4; i++) await fails(wallets.unlock('a', 'wrong'), 'wallet-password');
    await fails(wallets.words('a', 'wrong'), 'wallet-password');
    await fails(wallets.unlock('a', PASSWORD), 'wallet-password-wait');
    expect(wallets.list()).toEqual([
      {
        name: 'a',
        locked: true,
        phraseChecked: false,
        kind: 'full',
        backup: null,
        spendableFrom: 0,
        fixedAddresses: false,
      },
    ]);
  });
  test('a page that guesses locks out itself, and neither the terminal nor the window of the app', async () => {
    const { wallets } = await open();
    await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    // As many at once as it likes: all that find no room are told to wait.
    const guesses = Array.from({ length: 30 }, () =>
      wallets.unlock('a', 'wrong', 60, 'browser').then(() => 'unlocked', codeOf),
    );
    await wallets.unlock('a', PASSWORD, 60, 'terminal');
    expect(await wallets.words('a', PASSWORD, 'window')).toHaveProperty('mnemonic');
    const codes = await Promise.all(guesses);
    expect(codes.filter((code) => code === 'wallet-password').length).toBeGreaterThan(0);
    expect(codes.filter((code) => code === 'wallet-password-wait').length).toBeGreaterThan(20);
    await fails(wallets.unlock('a', PASSWORD, 60, 'browser'), 'wallet-password-wait');
    await wallets.unlock('a', PASSWORD, 60, 'terminal');
  });
  test('a wallet unlocks, locks, and locks itself after a while', async () => {
    const { wallets } = await open();
    await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const seen: boolean[] = [];
    wallets.onChanged(() => seen.push(wallets.list()[0]!.locked));
    await wallets.unlock('a', PASSWORD, 1);
    expect(wallets.list()[0]!.locked).toBe(false);
    await eventually(() => wallets.list()[0]!.locked).toBe(true);
    expect(seen).toContain(false);
    expect(seen.at(-1)).toBe(true);
    await wallets.unlock('a', PASSWORD);
    wallets.lock('a');
    expect(wallets.list()[0]!.locked).toBe(true);
  });
  test('changing it leaves no copy that the old one opens', async () => {
    const world = await open();
    const { wallets } = world;
    await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const { mnemonic } = await wallets.words('a', PASSWORD);
    await wallets.changePassword('a', PASSWORD, 'another');
    await fails(wallets.unlock('a', PASSWORD), 'wallet-password');
    expect(await wallets.words('a', 'another')).toEqual({ mnemonic, passphrase: '' });
    const folder = join(world.directory, 'wallets');
    expect(readFileSync(join(folder, 'a.kithwallet'))).toEqual(
      readFileSync(join(folder, 'a.kithwallet.bak')),
    );
    await fails(wallets.changePassword('a', 'another', 'ß'.repeat(513)), 'wallet-password-long', {
      bytes: 1026,
      most: 1024,
    });
  });
});

describe('words', () => {
  test('restore all payments with the same addresses, and a passphrase leads to another wallet', async () => {
    const world = await open();
    const { wallets } = world;
    const { mnemonic } = await wallets.create({ name: 'a', password: PASSWORD, words: 24 });
    expect(mnemonic.split(' ')).toHaveLength(24);
    const first = await wallets.address('a');
    // Rewards on many keys, the last ones far behind the first.
    for (let i = 0; i < 30; i++) await world.mine(1, wallets.payout('a'));
    await world.mine(MATURITY);
    for (let i = 0; i < 3; i++) await wallets.newAddress('a');
    await send(world, 'a', await wallets.newAddress('a'), 1_000_000);
    await world.mine();

    expect(await wallets.inspect({ mnemonic: `  ${mnemonic.toUpperCase()} ` })).toEqual({
      firstAddress: first,
      wallet: 'a',
    });
    const restored = await wallets.restore({ name: 'b', password: 'other', mnemonic });
    expect(restored.firstAddress).toBe(first);
    expect(await wallets.balance('b')).toEqual(await wallets.balance('a'));
    const [a, b] = [
      await wallets.history({ name: 'a', limit: 100 }),
      await wallets.history({ name: 'b', limit: 100 }),
    ];
    expect(b.map(({ txid, amount, state, kind }) => ({ txid, amount, state, kind }))).toEqual(
      a.map(({ txid, amount, state, kind }) => ({ txid, amount, state, kind })),
    );
    expect(wallets.list()).toContainEqual({
      name: 'b',
      locked: true,
      phraseChecked: true,
      kind: 'full',
      backup: null,
      spendableFrom: 0,
      fixedAddresses: false,
    });

    const elsewhere = await wallets.restore({ name: 'c', password: 'p', mnemonic, passphrase: 'x' });
    expect(elsewhere.firstAddress).not.toBe(first);
    expect(await wallets.balance('c')).toMatchObject({ confirmed: 0, immature: 0 });
    expect(await wallets.words('c', 'p')).toEqual({ mnemonic, passphrase: 'x' });
  });
  test.each([
    ['one two three', 'wallet-words-count', { count: 3 }],
    [`${'abandon '.repeat(11)}abandonn`, 'wallet-word-unknown', { word: 'Word 12', positions: [12] }],
    ['abandon '.repeat(12), 'wallet-words-checksum', undefined],
  ])('refuses %j', async (mnemonic, code, data) => {
    const { wallets } = await open();
    await fails(wallets.restore({ name: 'a', password: PASSWORD, mnemonic }), code, data);
    await fails(wallets.inspect({ mnemonic }), code, data);
    expect(wallets.list()).toEqual([]);
  });
});

describe('addresses', () => {
  test('stay current until they are paid, and none is issued twice', async () => {
    const world = await open();
    const { wallets } = world;
    await walletWithCoins(world, 'a');
    const first = await wallets.address('a');
    expect(await wallets.address('a')).toBe(first);
    const second = await wallets.newAddress('a', 'Anna');
    expect(second).not.toBe(first);
    await send(world, 'a', second, 100_000);
    const third = await wallets.address('a');
    expect([first, second]).not.toContain(third);
    expect((await wallets.history({ name: 'a', limit: 1 }))[0]).toMatchObject({
      kind: 'self',
      label: 'Anna',
    });
  });
  test('and payments are labelled by one rule', async () => {
    const world = await open();
    const { wallets } = world;
    await walletWithCoins(world, 'a');
    const address = await wallets.newAddress('a', 'x\u202ey');
    await send(world, 'a', address, 100_000);
    const newest = async () => (await wallets.history({ name: 'a', limit: 1 }))[0]!;
    expect(await newest()).toMatchObject({ label: 'xy' });
    await wallets.setLabel(
      'a',
      `${(await newest()).txid.toUpperCase()}\u200b`,
      ' abc \u202Egnp.exe\n5000 KITH',
    );
    expect(await newest()).toMatchObject({ label: 'abc gnp.exe 5000 KITH' });
    await fails(wallets.setLabel('a', address, 'x'.repeat(201)), 'wallet-label');
    await fails(wallets.setLabel('a', 'no subject!', 'x'), 'wallet-label');
    await wallets.setLabel('a', (await newest()).txid, '\u200b');
    expect(await newest()).toMatchObject({ label: 'xy' });
  });
  test('are limited by the gap limit', async () => {
    const { wallets } = await open();
    await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    for (let i = 1; i < 100; i++) await wallets.newAddress('a');
    await fails(wallets.newAddress('a'), 'wallet-address-gap', { most: 100 });
    expect(await wallets.address('a')).toBeTruthy();
  });
  test('a locked wallet goes on mining when its keys are used up', async () => {
    const world = await open();
    const { wallets } = world;
    await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const used = new Set<string>();
    for (let i = 0; i < 130; i++) {
      const lock = wallets.payout('a');
      used.add(Buffer.from(lock.lock).toString('hex'));
      await world.mine(1, lock);
    }
    expect(used.size).toBe(100);
    const balance = await wallets.balance('a');
    expect(balance.confirmed + balance.immature).toBe(130 * SUBSIDY);
    await wallets.unlock('a', PASSWORD);
    await world.mine(1, wallets.payout('a'));
    expect(used.has(Buffer.from(wallets.payout('a').lock).toString('hex'))).toBe(false);
  });
  test('and links are parsed for users', async () => {
    const { wallets } = await open();
    await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const address = await wallets.address('a');
    expect(wallets.checkAddress(` ${address.toUpperCase()} `)).toEqual({ address, own: true });
    const link = encodePaymentLink({ address, amount: toMotes(5), label: 'Rent' });
    expect(wallets.checkAddress(link)).toEqual({ address, amount: 5, label: 'Rent', own: true });
    await fails(() => wallets.checkAddress('rkith1nothing'), 'address-malformed');
    await fails(() => wallets.checkAddress('kith:join?id=1'), 'link-other');
    await fails(() => wallets.checkAddress(`kith:${address}?amount=x`), 'link-amount');
  });
});

test('messages are signed by an address', async () => {
  const { wallets } = await open();
  await wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  const address = await wallets.address('a');
  const request = { name: 'a', password: PASSWORD, address, message: 'It is me' };
  const { signature } = await wallets.signMessage(request);
  expect(wallets.verifyMessage(address, 'It is me', signature)).toBe(true);
  expect(wallets.verifyMessage(address, 'It is not me', signature)).toBe(false);
  expect(wallets.verifyMessage(address, 'It is me', 'zz')).toBe(false);
});

describe('over restarts', () => {
  test('all data is read again, and pending payments are submitted again', async () => {
    let world = await open();
    await walletWithCoins(world, 'a', 3);
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    await world.wallets.setLabel('a', await world.wallets.address('a'), 'mine');
    const txid = await send(world, 'a', await world.wallets.address('b'), 1_000_000);
    const before = { a: await world.wallets.balance('a'), b: await world.wallets.balance('b') };
    const history = await world.wallets.history({ name: 'a', limit: 50 });
    world = await reopen(world);
    expect({ a: await world.wallets.balance('a'), b: await world.wallets.balance('b') }).toEqual(before);
    expect(await world.wallets.history({ name: 'a', limit: 50 })).toEqual(history);
    await eventually(() => world.mempool.has(txid)).toBe(true);
    expect(world.wallets.ownPending().map((tx) => tx.txidHex)).toEqual([txid]);
    await world.mine();
    expect(world.wallets.ownPending()).toEqual([]);
  });
  test('blocks that arrived while the wallets were stopped are read, and stale ones are disconnected', async () => {
    let world = await open();
    await walletWithCoins(world, 'a', 3);
    const before = await world.wallets.balance('a');
    const payout = world.wallets.payout('a');
    await world.wallets.stop();
    await world.fork(world.chain.tip().height - 7);
    await world.mine(2, payout);
    await world.wallets.start(new AbortController().signal);
    const after = await world.wallets.balance('a');
    expect(after.asOfHeight).toBe(before.asOfHeight + 3);
    expect(after.confirmed + after.immature).toBe(SUBSIDY * 3);
    world = await reopen(world);
    expect(await world.wallets.balance('a')).toEqual(after);
  });
  test('wallets disconnect blocks that the chain lost', async () => {
    const world = await open();
    await walletWithCoins(world, 'a', 1);
    await world.mine(3, world.wallets.payout('a'));
    const { directory } = world;
    const data = join(directory, 'wallet-data');
    worlds.splice(0);
    await world.stop();
    // The wallets of a longer chain beside a node that has nothing yet.
    const other = await open();
    worlds.splice(0);
    await other.stop();
    for (const folder of ['wallets', 'wallet-data'])
      copyFolder(join(directory, folder), join(other.directory, folder));
    expect(readdirSync(data).length).toBeGreaterThan(0);
    const empty = await open({ directory: other.directory });
    expect(await empty.wallets.balance('a')).toEqual({
      confirmed: 0,
      pending: 0,
      immature: 0,
      available: 0,
      frozen: 0,
      pendingChange: 0,
      pendingIn: 0,
      pendingOut: 0,
      asOfHeight: 0,
    });
  });
});

const withoutPeers = () => ({ seenBy: 0, ofPeers: 0, everSeen: false });

describe('history', () => {
  test('is returned in pages, newest first, each payment once', async () => {
    const world = await open();
    // More than are read together.
    await walletWithCoins(world, 'a', 60);
    const address = await world.wallets.newAddress('a');
    for (let i = 0; i < 3; i++) await send(world, 'a', address, 50_000);
    const all = await world.wallets.history({ name: 'a', limit: 100 });
    expect(all.map(({ state }) => state).slice(0, 3)).toEqual(['sent', 'sent', 'sent']);
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await world.wallets.history({ name: 'a', limit: 4, after });
      if (page.length === 0) break;
      paged.push(...page.map(({ txid }) => txid));
      after = paged.at(-1);
    }
    expect(paged).toEqual(all.map(({ txid }) => txid));
    expect(await world.wallets.history({ name: 'a', limit: 4, after: '00'.repeat(32) })).toEqual([]);
  });
  test('has the number of peers that have a payment', async () => {
    let seenBy = 0;
    const world = await open({
      propagationOf: () => ({ seenBy, ofPeers: 3, everSeen: seenBy > 0 }),
    });
    await walletWithCoins(world, 'a');
    const txid = await send(world, 'a', await world.wallets.newAddress('a'), 50_000);
    const newest = async () => (await world.wallets.history({ name: 'a', limit: 1 }))[0];
    expect(await newest()).toMatchObject({ txid, state: 'sent', seenBy: 0, ofPeers: 3 });
    seenBy = 2;
    expect(await newest()).toMatchObject({ state: 'sent', seenBy: 2, ofPeers: 3 });
  });
  test.each([
    ['queued while no peer is connected', { seenBy: 0, ofPeers: 0, everSeen: false }, 'queued'],
    ['sent once a peer is connected', { seenBy: 0, ofPeers: 1, everSeen: false }, 'sent'],
    ['sent after every peer that had it left', { seenBy: 0, ofPeers: 0, everSeen: true }, 'sent'],
    ['sent when another node sent it', null, 'sent'],
  ] as const)('a payment is %s', async (_, propagation, state) => {
    const world = await open({ propagationOf: () => propagation });
    await walletWithCoins(world, 'a');
    const txid = await send(world, 'a', await world.wallets.newAddress('a'), 50_000);
    const [newest] = await world.wallets.history({ name: 'a', limit: 1 });
    const { seenBy, ofPeers } = propagation ?? { seenBy: null, ofPeers: null };
    expect(newest).toMatchObject({ txid, state, seenBy, ofPeers });
  });
  test.each([
    ['that a peer had before is sent', true, 'sent'],
    ['that no peer had is queued', false, 'queued'],
  ] as const)('after a restart without peers a payment %s', async (_, wasSeen, state) => {
    let world = await open({ propagationOf: withoutPeers });
    await walletWithCoins(world, 'a');
    const txid = await send(world, 'a', await world.wallets.newAddress('a'), 50_000);
    if (wasSeen) world.wallets.touch(txid);
    world = await reopen(world, { propagationOf: withoutPeers });
    expect(await world.wallets.history({ name: 'a', limit: 1 })).toMatchObject([{ txid, state }]);
  });
  test('after a restart without peers a payment that came from a peer is sent', async () => {
    const first = await open();
    await walletWithCoins(first, 'a');
    const address = await first.wallets.newAddress('a');
    const { directory } = first;
    await first.stop();
    worlds.splice(0);
    const copy = newDirectory();
    cpSync(directory, copy, { recursive: true });
    const elsewhere = await open({ directory: copy });
    const txid = await send(elsewhere, 'a', address, 50_000);

    let world = await open({ directory, propagationOf: withoutPeers });
    expect(await world.mempool.submit(elsewhere.waiting(txid), { source: 'a peer' })).toEqual({ txid });
    for (let opened = 0; opened < 2; opened++) {
      expect(await world.wallets.history({ name: 'a', limit: 1 })).toMatchObject([{ txid, state: 'sent' }]);
      if (opened === 0) world = await reopen(world, { propagationOf: withoutPeers });
    }
  });
  test('a payment from the mempool file that the wallet did not record came from a peer', async () => {
    const first = await open({ keepsPool: true });
    await walletWithCoins(first, 'a');
    const address = await first.wallets.newAddress('a');
    const { directory } = first;
    await first.stop();
    worlds.splice(0);
    const copy = newDirectory();
    cpSync(directory, copy, { recursive: true });
    const elsewhere = await open({ directory: copy, keepsPool: true });
    const txid = await send(elsewhere, 'a', address, 50_000);
    await elsewhere.stop();
    worlds.splice(0);
    copyFileSync(join(copy, 'mempool.dat'), join(directory, 'mempool.dat'));
    const world = await open({ directory, keepsPool: true, propagationOf: withoutPeers });
    await expect
      .poll(() => world.wallets.history({ name: 'a', limit: 1 }))
      .toMatchObject([{ txid, state: 'sent' }]);
  });
});

test('no log contains a secret', async () => {
  const lines: LogEntry[] = [];
  const log = createLog({ sinks: [{ write: (entry) => void lines.push(entry) }], level: 'debug' });
  const world = await open({ log });
  const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  await fails(world.wallets.unlock('a', 'hunter2'), 'wallet-password');
  await world.wallets.restore({ name: 'b', password: PASSWORD, mnemonic, passphrase: 'sesame' });
  await world.wallets.balance('b');
  await world.stop();
  worlds.splice(0);
  const text = JSON.stringify(lines);
  for (const secret of [PASSWORD, 'hunter2', 'sesame', ...mnemonic.split(' ').map((word) => ` ${word} `)])
    expect(text).not.toContain(secret);
});

describe('corrupt wallet files', () => {
  const path = (world: World, name = 'a.kithwallet') => join(world.directory, 'wallets', name);

  test('wallet files are readable by their owner only', async () => {
    const world = await open();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    if (process.platform !== 'win32') expect(statSync(path(world)).mode & 0o777).toBe(0o600);
  });
  test('are replaced by the previous version, and a copy of the corrupt file is kept', async () => {
    let world = await open();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const address = await world.wallets.newAddress('a');
    await world.wallets.newAddress('a');
    const bytes = readFileSync(path(world));
    bytes[300]! ^= 1;
    writeFileSync(path(world), bytes);
    world = await reopen(world);
    expect(await world.wallets.address('a')).toBe(address);
    await world.wallets.newAddress('a');
    await world.wallets.newAddress('a');
    expect(readFileSync(path(world, 'a.kithwallet.damaged'))).toEqual(bytes);
    await world.wallets.unlock('a', PASSWORD);
  });
  test('without a previous version are named, and the other wallets work', async () => {
    let world = await open();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    writeFileSync(path(world), 'rubbish');
    world = await reopen(world);
    expect(world.wallets.list().map(({ name }) => name)).toEqual(['a', 'b']);
    await fails(() => world.wallets.balance('a'), 'wallet-file-damaged', { name: 'a' });
    await fails(world.wallets.create({ name: 'a', password: PASSWORD, words: 12 }), 'wallet-exists');
    expect(readFileSync(path(world), 'utf8')).toBe('rubbish');
    expect(await world.wallets.balance('b')).toMatchObject({ confirmed: 0 });
  });
  test.skipIf(process.platform === 'win32').each([
    ['a FIFO', (path: string) => void execFileSync('mkfifo', [path])],
    ['a link to a device without an end', (path: string) => symlinkSync('/dev/zero', path)],
  ])('that are %s are named, the node starts, and the other wallets work', async (_what, make) => {
    const world = await open();
    for (const name of ['a', 'b']) await world.wallets.create({ name, password: PASSWORD, words: 12 });
    worlds.splice(worlds.indexOf(world), 1);
    await world.stop();
    const file = join(world.directory, 'wallets', 'a.kithwallet');
    rmSync(file);
    make(file);
    const again = await open({ directory: world.directory });
    await fails(again.wallets.balance('a'), 'wallet-file-unusable', { reason: 'ENOTFILE' });
    await again.wallets.unlock('b', PASSWORD);
    expect(await again.wallets.address('b')).toBeTruthy();
  });
  test('copied under another name are not opened twice', async () => {
    let world = await open();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    writeFileSync(path(world, 'b.kithwallet'), readFileSync(path(world)));
    world = await reopen(world);
    await fails(() => world.wallets.balance('b'), 'wallet-file-copy', { name: 'b', other: 'a' });
    expect(await world.wallets.balance('a')).toMatchObject({ confirmed: 0 });
  });
});

function copyFolder(from: string, to: string): void {
  for (const name of readdirSync(from)) writeFileSync(join(to, name), readFileSync(join(from, name)));
}
