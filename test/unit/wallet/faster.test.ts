import { afterEach, describe, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { isViolation, violation } from '../../../main/core/violation.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import type { Faster } from '../../../shared/contract/vocabulary.ts';
import { formatKith } from '../../../shared/units.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import { eventually, openWorld, PASSWORD, send, SUBSIDY, walletWithCoins, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const RECEIVER = encodeAddress('rkith', testKey(9).lock);

async function open(blocks = 2): Promise<void> {
  world = await openWorld();
  await walletWithCoins(world, 'a', blocks);
}

const prepare = (how: Faster, txid: string, fields: object = {}) =>
  world.wallets.prepareFaster({ name: 'a', how, txid, ...fields });

async function confirm(draft: string): Promise<string> {
  const sent = await world.wallets.confirm(draft, PASSWORD);
  if (isViolation(sent)) throw new Error(`refused: ${JSON.stringify(sent)}`);
  return sent.txid;
}

const entry = async (txid: string, name = 'a') =>
  (await world.wallets.history({ name, limit: 50 })).find((each) => each.txid === txid)!;

const codeFor = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => codeOf(error),
  );

describe('speeding up a payment', () => {
  test('replaces it by the same payment with a higher fee, and keeps its label', async () => {
    await open();
    const first = await send(world, 'a', RECEIVER, 5_000_000);
    await world.wallets.setLabel('a', first, 'Rent');
    const { fee } = await entry(first);
    const draft = await prepare('speed-up', first);
    expect(draft.replaces).toBe(first);
    expect(draft.fee).toBeGreaterThan(fee!);
    expect(draft.outputs.filter(({ change }) => !change)).toEqual([
      { address: RECEIVER, amount: 5_000_000, change: false },
    ]);
    expect(draft.warnings.map(({ code }) => code)).toEqual(['replaces-payment']);
    const second = await confirm(draft.draft);
    await eventually(async () => (await entry(first)).state).toBe('cancelled');
    expect(await entry(first)).toMatchObject({ replacedBy: second });
    expect(await entry(second)).toMatchObject({ label: 'Rent', amount: -5_000_000 - draft.fee });
    expect([world.mempool.has(first), world.mempool.has(second)]).toEqual([false, true]);
    const { available, pendingOut } = await world.wallets.balance('a');
    expect({ available, pendingOut }).toEqual({
      available: 2 * SUBSIDY - 5_000_000 - draft.fee,
      pendingOut: 5_000_000 + draft.fee,
    });
    await world.mine();
    await eventually(async () => (await entry(second)).state).toBe('mined');
    expect((await entry(first)).state).toBe('cancelled');
  });

  test('pays what the network asks of a replacement even at a lower wish', async () => {
    await open();
    const first = await send(world, 'a', RECEIVER, 5_000_000);
    const draft = await prepare('speed-up', first, { feerate: 10 });
    await confirm(draft.draft);
  });

  test('adds coins when the change is not enough for the fee', async () => {
    await open(3);
    const all = (await world.wallets.balance('a')).available;
    const first = await send(world, 'a', RECEIVER, SUBSIDY - 10_000);
    expect((await entry(first)).fee).toBeGreaterThan(0);
    const draft = await prepare('speed-up', first, { feerate: 500 });
    await confirm(draft.draft);
    expect((await world.wallets.balance('a')).available).toBe(all - SUBSIDY + 10_000 - draft.fee);
  });

  test('has the odds of its fee rate, which stay with the draft', async () => {
    await open();
    const first = await send(world, 'a', RECEIVER, 5_000_000);
    const { draft, odds, feerate } = await prepare('speed-up', first);
    expect(odds!.feerate).toBeCloseTo(feerate, 1);
    expect(odds).not.toHaveProperty('tooLate');
    expect(odds!.sentence).toMatch(/^There is not enough data yet/);
    expect(world.wallets.draft(draft)?.payment.odds).toEqual(odds);
  });

  test('can be repeated', async () => {
    await open();
    let txid = await send(world, 'a', RECEIVER, 5_000_000);
    for (let i = 0; i < 3; i++) txid = await confirm((await prepare('speed-up', txid)).draft);
    await world.mine();
    await eventually(async () => (await entry(txid)).state).toBe('mined');
  });
});

describe('the link from a replaced payment', () => {
  /** A payment, and the mined one that replaced it. */
  async function replaced(): Promise<[first: string, second: string]> {
    await open();
    const first = await send(world, 'a', RECEIVER, 5_000_000);
    const second = await confirm((await prepare('speed-up', first)).draft);
    await eventually(async () => (await entry(first)).state).toBe('cancelled');
    await world.mine();
    await eventually(async () => (await entry(second)).state).toBe('mined');
    return [first, second];
  }

  test('stays after the replacement was mined, and over a restart', async () => {
    const [first, second] = await replaced();
    expect(await entry(first)).toMatchObject({ state: 'cancelled', replacedBy: second });
    const { directory } = world;
    await world.stop();
    world = await openWorld({ directory });
    expect(await entry(first)).toMatchObject({ state: 'cancelled', replacedBy: second });
  });

  test('stays when a reorganisation undoes the block of the replacement', async () => {
    const [first, second] = await replaced();
    await world.fork(world.chain.tip().height - 1);
    await eventually(async () => (await entry(second)).height).toBeNull();
    expect(await entry(first)).toMatchObject({ state: 'cancelled', replacedBy: second });
  });
});

describe('a payment that spends change of a payment in no block', () => {
  /** Two payments at the lowest rate, the second of which spends the change of the first. */
  async function chained(): Promise<[parent: string, child: string]> {
    await open(1);
    const low = async (amount: number) => {
      const to = [{ address: RECEIVER, amount }];
      return confirm((await world.wallets.prepare({ name: 'a', to, feerate: 10 })).draft);
    };
    return [await low(5_000_000), await low(6_000_000)];
  }

  test.each(['speed-up', 'cancel'] as const)(
    'pays for both when the user chooses “%s”, and says how much',
    async (how) => {
      const [parent, child] = await chained();
      const draft = await prepare(how, child, { feerate: 500 });
      const [notice] = draft.warnings;
      expect(notice!.message).toMatch(/KITH of it are for earlier payments that it spends/);
      const txid = await confirm(draft.draft);
      const { ancestors } = world.mempool.get(txid)!;
      expect(world.mempool.has(parent)).toBe(true);
      // What counts for a miner is the rate of both.
      expect(draft.odds!.feerate).toBeLessThan(draft.feerate);
      expect(draft.odds!.feerate).toBeCloseTo(500, -1);
      expect(ancestors.fee / ancestors.size).toBeGreaterThanOrEqual(500);
      // Not much more than that: the price is for these two, and nothing else.
      expect(ancestors.fee / ancestors.size).toBeLessThan(520);
    },
  );

  test('says no more than the raise for the parent, and nothing where its own old fee covered it', async () => {
    await open(1);
    const pay = async (amount: number, feerate: number) => {
      const to = [{ address: RECEIVER, amount }];
      return confirm((await world.wallets.prepare({ name: 'a', to, feerate })).draft);
    };
    await pay(5_000_000, 10);
    const child = await pay(6_000_000, 900);
    const oldFee = (await entry(child)).fee!;
    // The fee of the child was above this rate by more than the parent lacks.
    const draft = await prepare('speed-up', child, { feerate: 300 });
    expect(draft.fee).toBeGreaterThan(oldFee);
    expect(draft.warnings[0]!.message).toBe(
      `The fee is ${formatKith(draft.fee - oldFee)} KITH higher. Only one of the two payments can be in a block.`,
    );
    // At this rate it lacks more than the raise.
    const [raise, part] = /is (\S+) KITH higher\. (\S+) KITH of it/
      .exec((await prepare('speed-up', child, { feerate: 700 })).warnings[0]!.message)!
      .slice(1)
      .map(Number) as [number, number];
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThanOrEqual(raise);
  });

  test('pays nothing for a parent that pays enough itself', async () => {
    await open(1);
    const to = (amount: number) => [{ address: RECEIVER, amount }];
    await confirm((await world.wallets.prepare({ name: 'a', to: to(5_000_000), feerate: 900 })).draft);
    const child = await confirm(
      (await world.wallets.prepare({ name: 'a', to: to(6_000_000), feerate: 10 })).draft,
    );
    const draft = await prepare('speed-up', child, { feerate: 500 });
    expect(draft.feerate).toBeGreaterThanOrEqual(500);
    expect(draft.feerate).toBeLessThan(520);
    expect(draft.warnings[0]!.message).not.toContain('earlier payments');
  });
});

const SPREAD = { startedAt: 1, fetched: 2, announced: 0, firstAfter: 1, halfAfter: 60, points: [] };

test('a cancellation counts how fast the first payment reached the peers', async () => {
  world = await openWorld({ spreadOf: () => ({ ...SPREAD, measured: true }) });
  await walletWithCoins(world, 'a', 2);
  const first = await send(world, 'a', RECEIVER, 5_000_000);
  const { tooLate, sentence } = (await prepare('cancel', first)).odds!;
  expect(tooLate).toBeGreaterThan(0);
  expect(sentence).toContain('had the first payment after 60\u00a0s');
});

test('a cancellation does not take the time since a restart for the time of the spread', async () => {
  world = await openWorld({ spreadOf: () => ({ ...SPREAD, measured: false }) });
  await walletWithCoins(world, 'a', 2);
  const first = await send(world, 'a', RECEIVER, 5_000_000);
  const { tooLate, sentence } = (await prepare('cancel', first)).odds!;
  expect(tooLate).toBeNull();
  expect(sentence).toContain('How likely this is, is not known');
});

test('a cancelled payment gives its coins back, less the fee', async () => {
  await open();
  const first = await send(world, 'a', RECEIVER, 5_000_000);
  const draft = await prepare('cancel', first);
  expect(draft.outputs.map(({ change }) => change)).toEqual([true]);
  const second = await confirm(draft.draft);
  await world.mine();
  await eventually(async () => (await world.wallets.balance('a')).confirmed).toBe(2 * SUBSIDY - draft.fee);
  expect((await entry(first)).state).toBe('cancelled');
  expect((await entry(second)).kind).toBe('self');
});

test('a bump pays the fee for an incoming payment and for itself', async () => {
  await open();
  await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
  const incoming = await send(world, 'a', await world.wallets.address('b'), 5_000_000);
  await eventually(async () => (await world.wallets.balance('b')).pendingIn).toBe(5_000_000);
  const draft = await world.wallets.prepareFaster({ name: 'b', how: 'bump', txid: incoming, feerate: 100 });
  const child = await confirm(draft.draft);
  const [parentEntry, childEntry] = [world.mempool.get(incoming)!, world.mempool.get(child)!];
  const bytes = parentEntry.bytes.length + childEntry.bytes.length;
  expect(parentEntry.fee + childEntry.fee).toBeGreaterThanOrEqual(100 * bytes);
  // What comes of it depends on the sender, who can still replace the payment.
  expect(await world.wallets.balance('b')).toMatchObject({ available: 0, pendingIn: 5_000_000 - draft.fee });
  await world.mine();
  await eventually(async () => (await world.wallets.balance('b')).confirmed).toBe(5_000_000 - draft.fee);
});

test('a payment that the mempool dropped is replaced in the wallet too, and its change counts once', async () => {
  const dropped = new Set<string>();
  world = await openWorld();
  await walletWithCoins(world, 'a', 2);
  const first = await send(world, 'a', RECEIVER, 5_000_000);
  const directory = world.directory;
  await world.stop();
  // A mempool that lost the payment, and would not take it back.
  world = await openWorld({
    directory,
    submit: async (tx) => {
      const { txidHex } = tx as { txidHex: string };
      if (txidHex === first) {
        dropped.add(txidHex);
        return violation('policy-feerate');
      }
      return { txid: txidHex };
    },
  });
  await eventually(() => dropped.has(first)).toBe(true);
  const draft = await prepare('speed-up', first);
  await confirm(draft.draft);
  expect((await entry(first)).state).toBe('cancelled');
  expect((await world.wallets.balance('a')).available).toBe(2 * SUBSIDY - 5_000_000 - draft.fee);
});

test('a replacement lives as long as the payment that it replaces', async () => {
  await open();
  const { draft } = await world.wallets.prepare({
    name: 'a',
    to: [{ address: RECEIVER, amount: 5_000_000 }],
    expires: 0,
  });
  const txid = await confirm(draft);
  expect((await prepare('cancel', txid)).expires).toBe(0);
});

test('a replacement pays for what the receiver has built on the payment', async () => {
  await open();
  await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
  const incoming = await send(world, 'a', await world.wallets.address('b'), 5_000_000);
  await eventually(async () => (await world.wallets.balance('b')).pendingIn).toBe(5_000_000);
  const bump = await world.wallets.prepareFaster({ name: 'b', how: 'bump', txid: incoming, feerate: 500 });
  await confirm(bump.draft);
  const draft = await prepare('cancel', incoming);
  expect(draft.fee).toBeGreaterThan(bump.fee);
  await confirm(draft.draft);
  expect(world.mempool.has(incoming)).toBe(false);
});

test('paying again after a cancellation warns while a miner can still include the first payment', async () => {
  await open(3);
  const first = await send(world, 'a', RECEIVER, 5_000_000);
  await confirm((await prepare('cancel', first)).draft);
  await eventually(async () => (await entry(first)).state).toBe('cancelled');
  const codes = async () =>
    (await world.wallets.prepare({ name: 'a', to: [{ address: RECEIVER, amount: 6_000_000 }] })).warnings.map(
      ({ code }) => code,
    );
  expect(await codes()).toContain('retry-may-double');
  await world.mine();
  await eventually(codes).not.toContain('retry-may-double');
});

test('paying again after a speed-up has no such warning', async () => {
  await open(3);
  const first = await send(world, 'a', RECEIVER, 5_000_000);
  await confirm((await prepare('speed-up', first)).draft);
  const { warnings } = await world.wallets.prepare({
    name: 'a',
    to: [{ address: RECEIVER, amount: 6_000_000 }],
  });
  expect(warnings.map(({ code }) => code)).toEqual(['address-used']);
});

describe('what cannot be made faster is refused', () => {
  test('a payment in a block, and one that is unknown', async () => {
    await open();
    const txid = await send(world, 'a', RECEIVER, 5_000_000);
    await world.mine();
    await eventually(async () => (await entry(txid)).state).toBe('mined');
    expect(await codeFor(prepare('speed-up', txid))).toBe('wallet-not-pending');
    expect(await codeFor(prepare('cancel', 'ab'.repeat(32)))).toBe('wallet-not-pending');
  });

  test('a payment of another wallet', async () => {
    await open();
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
    const txid = await send(world, 'a', await world.wallets.address('b'), 5_000_000);
    await eventually(async () => (await world.wallets.balance('b')).pendingIn).toBe(5_000_000);
    const request = { name: 'b', txid } as const;
    expect(await codeFor(world.wallets.prepareFaster({ ...request, how: 'cancel' }))).toBe('wallet-not-own');
    expect(await codeFor(prepare('bump', txid))).toBe('wallet-not-incoming');
  });

  test('a payment whose change was spent, whose chain would be lost', async () => {
    await open(1);
    const first = await send(world, 'a', RECEIVER, 5_000_000);
    await send(world, 'a', RECEIVER, 6_000_000);
    expect(await codeFor(prepare('cancel', first))).toBe('wallet-replace-spent');
  });

  test('a fee that the coins cannot pay', async () => {
    await open(1);
    const txid = await send(world, 'a', RECEIVER, SUBSIDY - 2_000_000);
    expect(await codeFor(prepare('speed-up', txid, { feerate: 90_000 }))).toBe('wallet-replace-funds');
  });

  test('a draft of a payment whose change was spent meanwhile', async () => {
    await open(1);
    const txid = await send(world, 'a', RECEIVER, 5_000_000);
    const { draft } = await prepare('speed-up', txid, { feerate: 500 });
    const later = await send(world, 'a', RECEIVER, 6_000_000);
    expect(await codeFor(confirm(draft))).toBe('wallet-draft-stale');
    expect(world.mempool.has(later)).toBe(true);
  });

  test('a draft of a payment that was mined meanwhile', async () => {
    await open();
    const txid = await send(world, 'a', RECEIVER, 5_000_000);
    const { draft } = await prepare('speed-up', txid);
    await world.mine();
    await eventually(async () => (await entry(txid)).state).toBe('mined');
    expect(await codeFor(confirm(draft))).toBe('wallet-draft-stale');
  });
});
