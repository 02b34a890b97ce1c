import { expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { decodeBlock } from '../../../main/core/primitives/block.ts';
import type { Lock } from '../../../main/core/primitives/coin.ts';
import { type OutpointKey, outpointKey, outpointKeyOf } from '../../../main/core/primitives/outpoint.ts';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { coinbaseOf, pay, testKey } from '../../support/chain/test-chain.ts';
import { until } from '../../support/until.ts';
import { MATURITY, openWorld, PASSWORD, type World } from './world.ts';

const NAMES = ['a', 'b'] as const;
type Name = (typeof NAMES)[number];
const FOREIGN = testKey(9);

/** Whose each lock is, as the outside can know it: addresses asked for, rewards, change in drafts. */
type Owners = Map<string, Name>;

interface Owned {
  readonly owner: Name | undefined;
  readonly amount: number;
  readonly height: number;
  readonly coinbase: boolean;
}

/** What both wallets should have: worked out from the blocks of the active chain and the mempool alone. */
async function model(world: World, owners: Owners) {
  const coins = new Map<OutpointKey, Owned>();
  const tip = world.chain.tip().height;
  const apply = (tx: Transaction, height: number) => {
    for (const input of tx.inputs) coins.delete(outpointKey(input));
    tx.outputs.forEach((output, index) => {
      const owner = owners.get(Buffer.from(output.lock).toString('hex'));
      const coin = { owner, amount: output.amount, height, coinbase: tx.inputs.length === 0 };
      coins.set(outpointKeyOf(tx.txidHex, index), coin);
    });
  };
  for (let height = 1; height <= tip; height++) {
    const block = decodeBlock((await world.chain.readBlock(world.chain.atHeight(height)!.id))!);
    if (isViolation(block)) throw new Error(block.code);
    block.transactions.forEach((tx) => apply(tx, height));
  }
  const WAITING = 1e9;
  for (const { tx } of world.mempool.entries()) apply(tx, WAITING);
  const balances = {
    a: { confirmed: 0, pending: 0, immature: 0 },
    b: { confirmed: 0, pending: 0, immature: 0 },
  };
  for (const { owner, amount, height, coinbase } of coins.values()) {
    if (owner === undefined) continue;
    if (height === WAITING) balances[owner].pending += amount;
    else if (coinbase && tip + 1 - height < MATURITY) balances[owner].immature += amount;
    else balances[owner].confirmed += amount;
  }
  return { a: { ...balances.a, asOfHeight: tip }, b: { ...balances.b, asOfHeight: tip } };
}

async function agree(world: World, owners: Owners, step: string): Promise<void> {
  let got = '';
  let wanted = '';
  await until(async () => {
    await world.mempool.idle();
    wanted = JSON.stringify(await model(world, owners));
    got = JSON.stringify({ a: await world.wallets.balance('a'), b: await world.wallets.balance('b') });
    return sorted(got) === sorted(wanted);
  }, step).catch(() =>
    expect({ step, balances: JSON.parse(got) }).toEqual({ step, balances: JSON.parse(wanted) }),
  );
}

/** What the balance calls spendable is what a payment of everything spends: one definition for both. */
async function spendableIsSpent(world: World, step: string): Promise<void> {
  for (const name of NAMES) {
    const { spendable, confirmed, pending } = await world.wallets.balance(name);
    expect({ step, sums: confirmed <= spendable && spendable <= confirmed + pending }).toEqual({
      step,
      sums: true,
    });
    const to = [{ address: encodeAddress('rkith', FOREIGN.lock), amount: 'all' as const }];
    const inputs = await world.wallets.prepare({ name, to }).then(
      (draft) => draft.inputs,
      (error: unknown) => {
        expect(codeOf(error)).toMatch(/^wallet-(no-)?funds/);
        return [];
      },
    );
    const spent = inputs.reduce((sum, { amount }) => sum + amount, 0);
    // Less than the fee and the smallest payment can be there without being worth to be sent.
    expect({ step, name, spent }).toEqual({ step, name, spent: spendable < MIN_SPENDABLE ? 0 : spendable });
  }
}
/** No coin in these histories holds less, and one alone can be sent. */
const MIN_SPENDABLE = 20_000;

const sorted = (json: string) =>
  JSON.stringify(JSON.parse(json), ['a', 'b', 'confirmed', 'pending', 'immature', 'asOfHeight']);

test.each([1, 2, 3])(
  'over random histories both wallets have what the chain says (seed %i)',
  { timeout: 120_000 },
  async (seed) => {
    const random = createRandom(seed);
    let world = await openWorld();
    const owners: Owners = new Map();
    const own = (name: Name, lock: Lock) => {
      owners.set(Buffer.from(lock.lock).toString('hex'), name);
      return lock;
    };
    for (const name of NAMES) {
      await world.wallets.create({ name, password: PASSWORD, words: 12 });
      await world.wallets.unlock(name, PASSWORD);
    }
    const anyName = () => NAMES[random.int(2)]!;
    const newAddress = async (name: Name) => {
      const address = await world.wallets.address(name);
      own(name, world.lockOf(address));
      return address;
    };
    const foreignCoins: ReturnType<typeof coinbaseOf>[] = [];

    const steps: Record<string, (random: Random) => Promise<void>> = {
      async mine() {
        for (let left = 1 + random.int(3); left > 0; left--) {
          const name = anyName();
          const [block] = await world.mine(
            1,
            random.int(4) === 0 ? FOREIGN.lock : own(name, world.wallets.payout(name)),
          );
          if (Buffer.from(block!.transactions[0]!.outputs[0]!.lock).equals(FOREIGN.lock.lock))
            foreignCoins.push(coinbaseOf(block!));
        }
      },
      async pay() {
        const [from, to] = random.int(2) === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const);
        const amount = 20_000 + random.int(3_000_000_000);
        const target = random.int(5) === 0 ? encodeAddress('rkith', FOREIGN.lock) : await newAddress(to);
        try {
          const draft = await world.wallets.prepare({ name: from, to: [{ address: target, amount }] });
          for (const output of draft.outputs) if (output.change) own(from, world.lockOf(output.address));
          await world.wallets.confirmUnlocked(draft.draft);
        } catch (error) {
          if (!/^wallet-(no-)?funds/.test(codeOf(error) ?? '')) throw error;
        }
      },
      async receive() {
        const source = foreignCoins.find(
          ({ outpoint, coin }) =>
            world.chain.tip().height + 1 - coin.height >= MATURITY &&
            world.chain.getCoin(outpoint) !== undefined &&
            world.mempool.spender(outpoint) === undefined,
        );
        if (source === undefined) return;
        const lock = world.lockOf(await newAddress(anyName()));
        const tx = pay(world.chain, [source], FOREIGN.secret, [
          { amount: source.coin.amount - 50_000, lock },
        ]);
        await world.mempool.submit(tx);
      },
      async reorganise() {
        const depth = 1 + random.int(Math.min(8, world.chain.tip().height - 1));
        const name = anyName();
        const stolen = foreignCoins.find(({ outpoint }) => world.mempool.spender(outpoint) !== undefined);
        const from = world.chain.tip().height - depth;
        // Sometimes the new branch spends a coin with which a foreign payment paid a wallet.
        const rival =
          stolen !== undefined && stolen.coin.height + MATURITY <= from + 1
            ? pay(world.chain, [stolen], FOREIGN.secret, [{ amount: 1_000_000, lock: FOREIGN.lock }])
            : null;
        await world.fork(from, (height) => ({
          payTo: own(name, world.wallets.payout(name)),
          ...(rival !== null && height === from + 1 && random.int(2) === 0 ? { transactions: [rival] } : {}),
        }));
      },
      async restart() {
        const { directory } = world;
        await world.stop();
        world = await openWorld({ directory });
        for (const name of NAMES) await world.wallets.unlock(name, PASSWORD);
      },
    };
    const bag = ['mine', 'mine', 'pay', 'pay', 'pay', 'receive', 'reorganise', 'reorganise'];

    await steps['mine']!(random);
    await world.mine(MATURITY + 1, own('a', world.wallets.payout('a')));
    for (let round = 0; round < 60; round++) {
      const step = round % 20 === 19 ? 'restart' : bag[random.int(bag.length)]!;
      await steps[step]!(random);
      await agree(world, owners, `seed ${seed}, round ${round}: ${step}`);
      await spendableIsSpent(world, `seed ${seed}, round ${round}: ${step}`);
    }
    await world.stop();
  },
);
