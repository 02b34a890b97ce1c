import { afterEach, describe, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { CHAIN } from '../../../main/wallet/keys/key-path.ts';
import { isWordsProblem, readWords } from '../../../main/core/crypto/mnemonic.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { withSignatures } from '../../../main/wallet/payments/unsigned-payment.ts';
import { sighash } from '../../../main/core/primitives/transaction.ts';
import { deriveSecrets } from '../../../main/wallet/secrets/key-secrets.ts';
import { formatKith } from '../../../shared/units.ts';
import { coinbaseOf, pay, testKey } from '../../support/chain/test-chain.ts';
import {
  eventually,
  keyDeps,
  lookalikes,
  MATURITY,
  network,
  openWorld,
  PASSWORD,
  send,
  SUBSIDY,
  walletWithCoins,
  type World,
} from './world.ts';

let world: World;
const open = async () => (world = await openWorld());
afterEach(() => world.stop());

const STRANGER = encodeAddress(network.hrp, testKey(7).lock);
const OTHER = encodeAddress(network.hrp, testKey(8).lock);
const prepare = (amount: number | 'all', fields: object = {}) =>
  world.wallets.prepare({ name: 'a', to: [{ address: STRANGER, amount }], ...fields });
const fails = (work: Promise<unknown>, code: string, data?: object) =>
  expect(work).rejects.toMatchObject({ code, ...(data === undefined ? {} : { data }) });
const newest = async () => (await world.wallets.history({ name: 'a', limit: 1 }))[0]!;
const stateOf = async (txid: string, name = 'a') =>
  (await world.wallets.history({ name, limit: 100 })).find((entry) => entry.txid === txid)?.state;

describe('invalid payments', () => {
  test.each([
    ['rkith1qqqq', 5_000_000, 'address-malformed'],
    [encodeAddress('kith', testKey(7).lock), 5_000_000, 'address-other-network'],
    [encodeAddress('rkith', { lockType: 1, lock: new Uint8Array(32) }), 5_000_000, 'address-unknown-lock'],
    [STRANGER, 9_999, 'wallet-dust'],
    [STRANGER, 0, 'wallet-amount'],
    [STRANGER, 1.5, 'wallet-amount'],
    [STRANGER, -5, 'wallet-amount'],
    [STRANGER, 2 ** 53, 'wallet-amount'],
    [STRANGER, SUBSIDY, 'wallet-funds'],
  ])('to %s, %s motes: %s', async (address, amount, code) => {
    await open();
    await walletWithCoins(world, 'a');
    await fails(world.wallets.prepare({ name: 'a', to: [{ address, amount }] }), code);
  });
  test('a payment without funds, with unknown coins, extreme fees, or an early or late expiry is refused', async () => {
    await open();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await fails(prepare(50_000), 'wallet-no-funds');
    await world.mine(1, world.wallets.payout('a'));
    await fails(prepare(50_000), 'wallet-funds-immature', { amount: SUBSIDY, matureAt: 1 + MATURITY });
    await world.mine(MATURITY);
    await fails(prepare(50_000, { coins: [{ txid: '00'.repeat(32), index: 0 }] }), 'wallet-coin-unknown');
    await fails(prepare(50_000, { feerate: 9 }), 'wallet-feerate', { least: 10, most: 100_000 });
    await fails(prepare(50_000, { feerate: 100_001 }), 'wallet-feerate');
    await fails(prepare(50_000, { expires: 20 }), 'wallet-expires');
    await fails(prepare(50_000, { expires: 2 ** 32 }), 'wallet-expires');
    await fails(
      world.wallets.prepare({
        name: 'a',
        to: [
          { address: STRANGER, amount: 'all' },
          { address: OTHER, amount: 50_000 },
        ],
      }),
      'wallet-amount',
    );
    const needed = SUBSIDY + 50_000;
    await fails(prepare(needed), 'wallet-funds', {
      needed: expect.any(Number) as number,
      available: expect.any(Number) as number,
    });
  });
});

describe('drafts', () => {
  test('show all details, and are valid for one payment', async () => {
    await open();
    await walletWithCoins(world, 'a', 2);
    const draft = await prepare(5_000_000, { feerate: 20 });
    expect(draft).toMatchObject({
      feerate: 20,
      warnings: [],
      expires: world.chain.tip().height + 86_400 / network.params.spacing,
    });
    expect(draft.inputs).toEqual([
      { txid: expect.stringMatching(/^[0-9a-f]{64}$/) as string, index: 0, amount: SUBSIDY },
    ]);
    await fails(world.wallets.confirm(draft.draft, 'wrong'), 'wallet-password');
    const sent = await world.wallets.confirm(draft.draft, PASSWORD);
    if (isViolation(sent)) throw new Error(sent.code);
    const tx = world.waiting(sent.txid);
    expect(draft.fee).toBe(tx.bytes.length * 20);
    expect(tx.validFrom).toBe(world.chain.tip().height);
    await fails(world.wallets.confirm(draft.draft, PASSWORD), 'wallet-draft-unknown');
    await fails(world.wallets.confirm('nothing', PASSWORD), 'wallet-draft-unknown');
  });
  test('leave a payment in the history that says how much each receiver gets', async () => {
    await open();
    await walletWithCoins(world, 'a', 2);
    const to = [
      { address: STRANGER, amount: 1_000_000 },
      { address: OTHER, amount: 2_000_000 },
    ];
    const { draft } = await world.wallets.prepare({ name: 'a', to });
    await world.wallets.confirm(draft, PASSWORD);
    const { addresses, amounts } = await newest();
    expect(Object.fromEntries(addresses.map((address, i) => [address, amounts[i]]))).toEqual({
      [STRANGER]: 1_000_000,
      [OTHER]: 2_000_000,
    });
  });
  test('become stale when one of their coins is spent', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const [first, second] = [await prepare(1_000_000), await prepare(2_000_000)];
    await world.wallets.confirm(first.draft, PASSWORD);
    await fails(world.wallets.confirm(second.draft, PASSWORD), 'wallet-draft-stale');
    expect(
      (await world.wallets.history({ name: 'a', limit: 10 })).filter(({ kind }) => kind === 'sent'),
    ).toHaveLength(1);
  });
  test('that are confirmed twice at the same time pay once', async () => {
    await open();
    await walletWithCoins(world, 'a', 2);
    const { draft } = await prepare(1_000_000);
    const both = await Promise.allSettled([
      world.wallets.confirm(draft, PASSWORD),
      world.wallets.confirm(draft, PASSWORD),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
  test('need an unlocked wallet when they are confirmed without a password', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const { draft } = await prepare(1_000_000);
    await fails(world.wallets.confirmUnlocked(draft), 'wallet-locked');
    await world.wallets.unlock('a', PASSWORD);
    expect(await world.wallets.confirmUnlocked(draft)).toHaveProperty('txid');
  });
  test('a draft keeps its label', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const { draft } = await prepare(1_000_000, { label: 'Rent' });
    await world.wallets.confirm(draft, PASSWORD);
    expect(await newest()).toMatchObject({ label: 'Rent', state: 'sent' });
  });
});

describe('coins', () => {
  test('a payment of everything leaves no coin', async () => {
    await open();
    await walletWithCoins(world, 'a', 3);
    const draft = await prepare('all');
    expect(draft.outputs).toEqual([{ address: STRANGER, amount: 3 * SUBSIDY - draft.fee, change: false }]);
    expect(await world.wallets.confirm(draft.draft, PASSWORD)).toHaveProperty('txid');
    expect(await world.wallets.balance('a')).toMatchObject({ confirmed: 0, pending: 0 });
  });
  test('everything of a wallet with more coins than one transaction can carry: the most that fits, and what stays', async () => {
    await open();
    await walletWithCoins(world, 'b', 2);
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const address = await world.wallets.address('a');
    const coin = 1_000_000;
    for (let i = 0; i < 2; i++) {
      const to = Array.from({ length: 600 }, () => ({ address, amount: coin }));
      await world.wallets.confirm((await world.wallets.prepare({ name: 'b', to })).draft, PASSWORD);
      await world.mine();
    }
    const { confirmed } = await world.wallets.balance('a');
    expect(confirmed).toBe(1200 * coin);
    const draft = await prepare('all');
    const [paid] = draft.outputs;
    expect(draft.inputs.length).toBeGreaterThan(900);
    const left = 1200 - draft.inputs.length;
    expect(paid!.amount).toBe(draft.inputs.length * coin - draft.fee);
    expect(draft.warnings).toContainEqual({
      code: 'coins-left',
      message: `One transaction cannot spend all coins. ${formatKith(left * coin)} KITH in ${left} coins remain in the wallet for a second payment.`,
    });
    // The same as a figure, and what a refusal names as the most.
    expect((await prepare(paid!.amount)).outputs).toEqual([paid]);
    await fails(prepare(confirmed - 5_000_000), 'wallet-too-many-coins', { most: paid!.amount });
  });
  test('that the user chose are spent', async () => {
    await open();
    await walletWithCoins(world, 'a', 3);
    const history = await world.wallets.history({ name: 'a', limit: 10 });
    const coins = history.slice(0, 2).map(({ txid }) => ({ txid, index: 0 }));
    const draft = await prepare(1_000_000, { coins: [...coins, ...coins] });
    expect(draft.inputs.map(({ txid, index }) => ({ txid, index }))).toEqual(coins);
  });
  test('many receivers are paid in one payment', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const to = Array.from({ length: 300 }, (_, i) => ({
      address: i % 2 ? STRANGER : OTHER,
      amount: 20_000 + i,
    }));
    const draft = await world.wallets.prepare({ name: 'a', to });
    expect(
      draft.outputs.filter(({ change }) => !change).map(({ address, amount }) => ({ address, amount })),
    ).toEqual(to);
    expect(await world.wallets.confirm(draft.draft, PASSWORD)).toHaveProperty('txid');
  });
  test('our own change may be spent before it is mined, with a warning; others’ payments not', async () => {
    await open();
    await walletWithCoins(world, 'a');
    await send(world, 'a', STRANGER, 1_000_000);
    const draft = await prepare(2_000_000);
    expect(draft.warnings.map(({ code }) => code)).toContain('spends-unconfirmed');
    const sent = await world.wallets.confirm(draft.draft, PASSWORD);
    expect(sent).toHaveProperty('txid');
    await world.mine();
    expect(await newest()).toMatchObject({ state: 'mined' });

    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    await send(world, 'a', await world.wallets.address('b'), 5_000_000);
    const to = [{ address: STRANGER, amount: 1_000_000 }];
    await fails(world.wallets.prepare({ name: 'b', to }), 'wallet-funds-incoming', { amount: 5_000_000 });
    expect(await world.wallets.balance('b')).toMatchObject({ pendingIn: 5_000_000, available: 0 });
  });
  test('a line as long as the mempool takes: the change waits for the next block, and both sums say so', async () => {
    await open();
    await walletWithCoins(world, 'a');
    await world.wallets.unlock('a', PASSWORD);
    for (let i = 0; i < 25; i++) await world.wallets.confirmUnlocked((await prepare(1_000_000 + i)).draft);
    const { pending, available, confirmed } = await world.wallets.balance('a');
    expect([confirmed, available, pending > 0]).toEqual([0, 0, true]);
    await fails(prepare(1_000_000), 'wallet-funds-waiting', { amount: pending });
    await world.mine();
    await eventually(async () => (await world.wallets.balance('a')).available).toBe(pending);
    await send(world, 'a', STRANGER, 1_000_000);
  });
  test.each([
    ['two lines that are too long together', true, 13],
    ['two branches of one payment that has as many descendants as the mempool takes', false, 12],
  ])('%s: the available balance is what a payment of everything spends', async (_title, mined, length) => {
    await open();
    await walletWithCoins(world, 'a');
    const split = await send(world, 'a', await world.wallets.address('a'), SUBSIDY / 2);
    if (mined) await world.mine();
    await eventually(async () => {
      const { confirmed, available } = await world.wallets.balance('a');
      return mined ? confirmed > SUBSIDY - 1e6 : available > SUBSIDY - 1e6;
    }).toBe(true);
    await world.wallets.unlock('a', PASSWORD);
    for (const index of [0, 1]) {
      let coins = [{ txid: split, index }];
      for (let i = 0; i < length; i++) {
        const draft = await prepare(1_000_000 + i, { coins });
        const sent = await world.wallets.confirmUnlocked(draft.draft);
        if (isViolation(sent)) throw new Error(sent.code);
        coins = [{ txid: sent.txid, index: draft.outputs.findIndex(({ change }) => change) }];
      }
    }
    const { pending, available } = await world.wallets.balance('a');
    expect(available).toBeLessThan(pending);
    expect(available > 0).toBe(mined);
    if (!mined) return fails(prepare('all'), 'wallet-funds-waiting', { amount: pending });
    const everything = await prepare('all');
    expect(everything.inputs.reduce((sum, { amount }) => sum + amount, 0)).toBe(available);
    expect(await world.wallets.confirm(everything.draft, PASSWORD)).toHaveProperty('txid');
  });
  test('a chosen coin that waits for a block is not called unknown', async () => {
    await open();
    await walletWithCoins(world, 'a');
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    const txid = await send(world, 'a', await world.wallets.address('b'), 5_000_000);
    const coins = [0, 1].map((index) => ({ txid, index }));
    const to = [{ address: STRANGER, amount: 1_000_000 }];
    const codes = await Promise.all(
      coins.map((coin) => world.wallets.prepare({ name: 'b', to, coins: [coin] }).catch(codeOf)),
    );
    expect(codes.toSorted()).toEqual(['wallet-coin-unknown', 'wallet-coin-waiting']);
  });
  test('change that a child inherits its end from', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const tip = world.chain.tip().height;
    const first = await prepare(1_000_000, { expires: tip + 60 });
    await world.wallets.confirm(first.draft, PASSWORD);
    const second = await prepare(1_000_000);
    expect(second.expires).toBe(tip + 60);
  });
});

describe('warnings', () => {
  const codes = async (amount: number | 'all', fields: object = {}) =>
    (await prepare(amount, fields)).warnings.map(({ code }) => code);
  test('report what the user should check', async () => {
    await open();
    await walletWithCoins(world, 'a');
    expect(await codes(5_000_000)).toEqual([]);
    expect(await codes(12_000)).toEqual(['fee-share']);
    expect(await codes(500_000_000, { feerate: 1000 })).toEqual(['fee-high']);
    expect(await codes(5_000_000, { expires: 0 })).toEqual(['never-expires']);
    const own = await world.wallets.address('a');
    const { warnings } = await world.wallets.prepare({
      name: 'a',
      to: [{ address: own, amount: 5_000_000 }],
    });
    expect(warnings.map(({ code }) => code)).toEqual(['address-own']);
  });
  test('a fee above one percent of the amount, or ten times the usual rate, has a warning', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const { fee } = await prepare(5_000_000);
    expect(await codes(fee * 100)).toEqual([]);
    expect(await codes(fee * 100 - 1)).toEqual(['fee-share']);
    expect(await codes(500_000_000, { feerate: 100 })).toEqual([]);
    expect(await codes(500_000_000, { feerate: 101 })).toEqual(['fee-high']);
  });
  test('a payment of everything has a warning', async () => {
    await open();
    await walletWithCoins(world, 'a');
    expect(await codes('all')).toEqual(['spends-all']);
  });
  test('what is too little for change and raises the fee much is named', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const { inputs, fee } = await prepare('all');
    const all = inputs.reduce((sum, { amount }) => sum + amount, 0);
    const { warnings, fee: raised } = await prepare(all - fee - 1_200);
    expect(raised).toBe(fee + 1_200);
    expect(warnings).toContainEqual({
      code: 'change-to-fee',
      message: '0.000012 KITH are too little for change and are added to the fee.',
    });
  });
  test('an address that was paid before has a warning, one of an expired payment has none', async () => {
    await open();
    await walletWithCoins(world, 'a', 3);
    await send(world, 'a', STRANGER, 5_000_000);
    expect(await codes(6_000_000)).toEqual(['address-used']);
    await world.mine();
    expect(await codes(6_000_000)).toEqual(['address-used']);
  });
  test('a second payment of the same amount to the same address soon after the first one has a warning', async () => {
    await open();
    await walletWithCoins(world, 'a', 6);
    const again = async (amount = 5_000_000, address = STRANGER) =>
      (await world.wallets.prepare({ name: 'a', to: [{ address, amount }] })).warnings.map(
        ({ code }) => code,
      );
    expect(await again()).toEqual([]);
    const confirmed = world.wallets.confirm((await prepare(5_000_000)).draft, PASSWORD);
    // While the key is still being derived.
    expect(await again()).toContain('payment-repeated');
    await confirmed;
    const { warnings } = await prepare(5_000_000);
    expect(warnings).toContainEqual({
      code: 'payment-repeated',
      message:
        'A payment of the same amount to the same address was sent less than a minute ago. This would be a second one.',
    });
    expect(await again(5_000_001)).not.toContain('payment-repeated');
    expect(await again(5_000_000, OTHER)).not.toContain('payment-repeated');
    await world.mine();
    expect(await again()).toContain('payment-repeated');
  });
  test('a payment that failed does not count as sent', async () => {
    await open();
    await walletWithCoins(world, 'a', 2);
    await fails(world.wallets.confirm((await prepare(5_000_000)).draft, 'wrong'), 'wallet-password');
    expect(await codes(5_000_000)).toEqual([]);
  });
  test('report an address that looks like one that was paid before', async () => {
    await open();
    await walletWithCoins(world, 'a', 2);
    const twins = lookalikes();
    await send(world, 'a', twins[0], 1_000_000);
    const { warnings } = await world.wallets.prepare({
      name: 'a',
      to: [{ address: twins[1], amount: 5_000_000 }],
    });
    expect(warnings.map(({ code }) => code)).toEqual(['address-lookalike']);
  });
});

describe('payments that are not mined', () => {
  const LIFETIME = 40;

  const expiring = async (amount: number) => {
    const expires = world.chain.tip().height + LIFETIME;
    const { draft } = await prepare(amount, { expires });
    const sent = await world.wallets.confirm(draft, PASSWORD);
    if (isViolation(sent)) throw new Error(sent.code);
    return { txid: sent.txid, expires };
  };
  /** Blocks without anything in them. */
  const pass = async (blocks: number) => {
    for (let i = 0; i < blocks; i++) await world.mineWith({});
  };

  test('free their coins when they expire, and are dead 100 blocks later', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const { txid } = await expiring(1_000_000);
    await pass(LIFETIME - 1);
    expect(await stateOf(txid)).toBe('sent');
    expect((await world.wallets.balance('a')).confirmed).toBe(0);
    await pass(1);
    expect(await stateOf(txid)).toBe('expired');
    expect(await world.wallets.balance('a')).toMatchObject({ confirmed: SUBSIDY, pending: 0 });
    expect(world.wallets.ownPending()).toEqual([]);
    await pass(99);
    expect(await stateOf(txid)).toBe('expired');
    await pass(1);
    expect(await stateOf(txid)).toBe('dead');
  });
  test('a retry to the same address spends one of the same coins until then', async () => {
    await open();
    await walletWithCoins(world, 'a', 6);
    const { txid } = await expiring(1_000_000);
    const [input] = world.waiting(txid).inputs;
    await pass(LIFETIME);
    const coin = Buffer.from(input!.txid).toString('hex');
    for (let i = 0; i < 5; i++) {
      const retry = await prepare(1_000_000 + i);
      expect(retry.inputs.map((each) => each.txid)).toContain(coin);
      expect(retry.warnings).toEqual([]);
    }
    const others = (await world.wallets.history({ name: 'a', limit: 20 })).filter(
      (entry) => entry.kind === 'mined' && entry.txid !== coin,
    );
    const chosen = await prepare(1_000_000, { coins: [{ txid: others[0]!.txid, index: 0 }] });
    expect(chosen.warnings.map(({ code }) => code)).toEqual(['retry-may-double']);
    // A payment to another receiver may spend any coin.
    const { inputs } = await world.wallets.prepare({
      name: 'a',
      to: [{ address: OTHER, amount: 1_000_000 }],
    });
    expect(inputs).toHaveLength(1);
    await pass(100);
    const later = await prepare(1_000_000, { coins: [{ txid: others[0]!.txid, index: 0 }] });
    expect(later.warnings).toEqual([]);
  });
  test('an expired one that a reorganisation brings back is mined after all', async () => {
    await open();
    await walletWithCoins(world, 'a');
    const { txid, expires } = await expiring(1_000_000);
    const tx = world.waiting(txid);
    await pass(LIFETIME);
    expect(await stateOf(txid)).toBe('expired');
    const fee = SUBSIDY - tx.outputs.reduce((sum, { amount }) => sum + amount, 0);
    await world.fork(expires - 5, (height) =>
      height === expires - 4 ? { transactions: [tx], fees: fee } : {},
    );
    expect(await stateOf(txid)).toBe('confirmed');
    expect((await world.wallets.balance('a')).confirmed).toBe(SUBSIDY - 1_000_000 - fee);
  });
});

describe('reorganisations', () => {
  test('a mined payment is pending again, is re-added to the mempool and is mined again', async () => {
    await open();
    await walletWithCoins(world, 'a');
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    const txid = await send(world, 'a', await world.wallets.address('b'), 1_000_000);
    await world.mine(2);
    expect([await stateOf(txid), await stateOf(txid, 'b')]).toEqual(['mined', 'mined']);
    await world.fork(world.chain.tip().height - 3);
    await eventually(() => world.mempool.has(txid)).toBe(true);
    expect([await stateOf(txid), await stateOf(txid, 'b')]).toEqual(['sent', 'pending']);
    expect(world.wallets.ownPending().map((tx) => tx.txidHex)).toEqual([txid]);
    expect(await world.wallets.balance('b')).toMatchObject({ confirmed: 0, pending: 1_000_000 });
    await world.mine();
    expect([await stateOf(txid), await stateOf(txid, 'b')]).toEqual(['mined', 'mined']);
  });

  /** A payment that spends the wallet's own coin elsewhere: made from the words, as another copy of it would. */
  const rivalOf = async (tx: Transaction, mnemonic: string): Promise<Transaction> => {
    const words = readWords(mnemonic);
    if (isWordsProblem(words)) throw new Error(words.problem);
    const secrets = await deriveSecrets(
      { entropy: words.entropy, passphrase: new Uint8Array(0) },
      0,
      keyDeps,
    );
    const coin = world.chain.getCoin(tx.inputs[0]!)!;
    const unsigned = { ...tx, outputs: [{ amount: coin.amount, ...testKey(8).lock }] };
    const draft = withSignatures(unsigned, [new Uint8Array(64)]);
    const signature = secrets.sign({ chain: CHAIN.change, index: 0 }, sighash(network.id, draft, [coin]));
    return withSignatures(draft, [signature]);
  };

  test('the losing payment of a double spend is conflicted in both wallets, until a reorganisation reverses it', async () => {
    await open();
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    await world.mine(1, world.wallets.payout('a'));
    await world.mine(MATURITY);
    const txid = await send(world, 'a', await world.wallets.address('b'), 1_000_000);
    const rival = await rivalOf(world.waiting(txid), mnemonic);
    const below = world.chain.tip().height;
    await world.mine(2);
    await world.fork(below, (height) => (height === below + 1 ? { transactions: [rival] } : {}));
    await eventually(async () => [await stateOf(txid), await stateOf(txid, 'b')]).toEqual([
      'conflicted',
      'conflicted',
    ]);
    expect(await world.wallets.balance('a')).toMatchObject({ confirmed: 0, pending: 0 });
    expect(await world.wallets.balance('b')).toMatchObject({ confirmed: 0, pending: 0 });
    expect(await stateOf(rival.txidHex)).toBe('mined');
    expect(world.wallets.ownPending()).toEqual([]);
    // Back to a branch without it: of the two that wait again, the one that pays more is taken.
    await world.fork(below);
    await eventually(async () => await stateOf(txid, 'b')).not.toBe('mined');
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(
      world.chain.tip().height,
    );
  });
  test('an incoming payment whose coins its sender spends again is conflicted', async () => {
    await open();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const sender = testKey(9);
    const [block] = await world.mine(1, sender.lock);
    await world.mine(MATURITY);
    const coin = coinbaseOf(block!);
    const lock = world.lockOf(await world.wallets.address('a'));
    const incoming = pay(world.chain, [coin], sender.secret, [{ amount: SUBSIDY - 100_000, lock }]);
    await world.mempool.submit(incoming);
    expect(await world.wallets.balance('a')).toMatchObject({ pending: SUBSIDY - 100_000 });
    const back = pay(world.chain, [coin], sender.secret, [{ amount: SUBSIDY - 50_000, lock: sender.lock }]);
    await world.mineWith({ transactions: [back] });
    expect(await stateOf(incoming.txidHex)).toBe('conflicted');
    expect(await world.wallets.balance('a')).toMatchObject({ confirmed: 0, pending: 0 });
  });
});
