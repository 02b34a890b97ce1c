import { expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { decodeBlock } from '../../../main/core/primitives/block.ts';
import type { Lock } from '../../../main/core/primitives/coin.ts';
import { type OutpointKey, outpointKey, outpointKeyOf } from '../../../main/core/primitives/outpoint.ts';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { coinbaseOf, pay, silent, testKey } from '../../support/chain/test-chain.ts';
import { until } from '../../support/until.ts';
import { MATURITY, openWorld, PASSWORD, type World } from './world.ts';

const NAMES = ['a', 'b'] as const;
type Name = (typeof NAMES)[number];
const FOREIGN = testKey(9);
/** The shortest lifetime of a payment, in blocks. */
const SHORTEST_LIFETIME = 100;

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
  const balances = { a: emptyBalance(tip), b: emptyBalance(tip) };
  for (const { owner, amount, height, coinbase } of coins.values()) {
    if (owner === undefined) continue;
    const isMature = !coinbase || tip + 1 - height >= MATURITY;
    balances[owner][isMature ? 'inBlocks' : 'immature'] += amount;
  }
  applyMempool(world, balances, { coins, apply, owners });
  return { a: balances.a, b: balances.b };
}

/** The figures of a balance that blocks and mempool determine, in motes. */
interface ModelBalance {
  /** Mature coins in blocks, whether a transaction of the mempool spends them or not. */
  inBlocks: number;
  immature: number;
  pendingIn: number;
  pendingOut: number;
  /** The sum of the wallet's coins after every transaction of the mempool is mined. */
  afterMempool: number;
  asOfHeight: number;
}

const emptyBalance = (asOfHeight: number): ModelBalance => ({
  inBlocks: 0,
  immature: 0,
  pendingIn: 0,
  pendingOut: 0,
  afterMempool: 0,
  asOfHeight,
});

interface ModelState {
  readonly coins: ReadonlyMap<OutpointKey, Owned>;
  readonly apply: (tx: Transaction, height: number) => void;
  readonly owners: Owners;
}

/** Sorts the transactions of the mempool into own payments and those that another wallet could still replace. */
function applyMempool(world: World, balances: Record<Name, ModelBalance>, state: ModelState): void {
  const { coins, apply, owners } = state;
  /** Who made each transaction of the mempool alone, itself and its ancestors there. */
  const madeBy = new Map<string, Name | undefined>();
  for (const { tx } of world.mempool.entries()) {
    const spent = tx.inputs.map((input) => coins.get(outpointKey(input))!);
    const makers = new Set([
      ...spent.map(({ owner }) => owner),
      ...tx.inputs.flatMap(({ txid }) => {
        const parent = Buffer.from(txid).toString('hex');
        return madeBy.has(parent) ? [madeBy.get(parent)] : [];
      }),
    ]);
    const maker = makers.size === 1 ? [...makers][0] : undefined;
    madeBy.set(tx.txidHex, maker);
    if (maker !== undefined) {
      const paid = tx.outputs.filter(({ lock }) => owners.get(Buffer.from(lock).toString('hex')) !== maker);
      const fee = spent.reduce((sum, { amount }) => sum + amount, 0) - outputSum(tx.outputs);
      balances[maker].pendingOut += outputSum(paid) + fee;
    } else {
      // What a wallet had for certain, it has no more: what comes back is pending in.
      tx.inputs.forEach(({ txid }, index) => {
        const { owner, amount } = spent[index]!;
        const parent = Buffer.from(txid).toString('hex');
        const isCertain = !madeBy.has(parent) || madeBy.get(parent) === owner;
        if (owner !== undefined && isCertain) balances[owner].pendingOut += amount;
      });
    }
    apply(tx, IN_MEMPOOL);
  }
  for (const [key, { owner, amount, height }] of coins) {
    if (owner === undefined) continue;
    balances[owner].afterMempool += amount;
    if (height === IN_MEMPOOL && madeBy.get(key.slice(0, 64)) !== owner) balances[owner].pendingIn += amount;
  }
}

const IN_MEMPOOL = 1e9;
const outputSum = (outputs: readonly { readonly amount: number }[]): number =>
  outputs.reduce((sum, { amount }) => sum + amount, 0);

/** The same figures from the balance of a wallet. Throws if its parts have another sum than the chain. */
async function balanceOf(world: World, name: Name): Promise<ModelBalance> {
  const balance = await world.wallets.balance(name);
  const { available, frozen, pendingChange, pendingIn, pendingOut, immature, asOfHeight } = balance;
  const afterMempool = available + frozen + pendingChange + pendingIn + immature;
  if (balance.confirmed + balance.pending + immature !== afterMempool)
    throw new Error(`two sums: ${JSON.stringify(balance)}`);
  const inBlocks = afterMempool - pendingIn + pendingOut - immature;
  return { inBlocks, immature, pendingIn, pendingOut, afterMempool, asOfHeight };
}

async function agree(world: World, owners: Owners, step: string): Promise<void> {
  let got = '';
  let wanted = '';
  await until(async () => {
    await world.mempool.idle();
    wanted = JSON.stringify(await model(world, owners));
    got = JSON.stringify({ a: await balanceOf(world, 'a'), b: await balanceOf(world, 'b') });
    return got === wanted;
  }, step).catch(() =>
    expect({ step, balances: JSON.parse(got) }).toEqual({ step, balances: JSON.parse(wanted) }),
  );
}

/** The available balance is what a payment of everything spends: one definition for both. */
async function availableIsSpent(world: World, step: string): Promise<void> {
  for (const name of NAMES) {
    const { available } = await world.wallets.balance(name);
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
    expect({ step, name, spent }).toEqual({ step, name, spent: available < MIN_SPENDABLE ? 0 : available });
  }
}
/** The list of coins says the same as the balance, and a frozen coin is never among those that are spent. */
async function coinsAreListed(world: World, step: string): Promise<void> {
  for (const name of NAMES) {
    const { coins, sum, count } = await world.wallets.coins({ name, ...ALL_COINS });
    const { available, frozen, pendingChange, pendingIn, immature } = await world.wallets.balance(name);
    const sumOf = (state: string) => outputSum(coins.filter((coin) => coin.state === state));
    expect({
      step,
      name,
      listed: coins.length,
      sum,
      available: sumOf('available'),
      frozen: sumOf('frozen'),
    }).toEqual({
      step,
      name,
      listed: count,
      sum: available + frozen + pendingChange + pendingIn + immature,
      available,
      frozen,
    });
  }
}

const ALL_COINS = { sort: 'time', order: 'descending', skip: 0, limit: 1000 } as const;
/** No coin in these histories holds less, and one alone can be sent. */
const MIN_SPENDABLE = 20_000;

test.each([1, 2, 3])(
  'over random histories both wallets have what the chain says (seed %i)',
  { timeout: 120_000 },
  async (seed) => {
    const random = createRandom(seed);
    const warnings: string[] = [];
    const log = { ...silent, warn: (message: string) => warnings.push(message) };
    let world = await openWorld({ log });
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
      /** A pending payment is replaced by itself with a higher fee, or cancelled. */
      async replace() {
        const name = anyName();
        const history = await world.wallets.history({ name, limit: 50 });
        const pending = history.filter(
          ({ state, fee }) => (state === 'queued' || state === 'sent') && fee !== null,
        );
        if (pending.length === 0) return;
        const { txid } = pending[random.int(pending.length)]!;
        try {
          const how = random.int(2) === 0 ? 'speed-up' : 'cancel';
          const draft = await world.wallets.prepareFaster({ name, txid, how });
          for (const output of draft.outputs) if (output.change) own(name, world.lockOf(output.address));
          const sent = await world.wallets.confirmUnlocked(draft.draft);
          if (isViolation(sent)) throw new Error(`refused: ${JSON.stringify(sent)}`);
          replaced++;
        } catch (error) {
          if (!/^wallet-(replace-(spent|funds)|not-pending)$/.test(codeOf(error) ?? '')) throw error;
        }
      },
      /** Some coins of a wallet are frozen and others unfrozen; the sums must not change. */
      async freeze() {
        const name = anyName();
        const { coins } = await world.wallets.coins({ name, ...ALL_COINS });
        for (const isFrozen of [true, false]) {
          const chosen = coins.filter(() => random.int(4) === 0);
          if (chosen.length > 0) await world.wallets.freeze({ name, coins: chosen }, isFrozen);
          if (isFrozen) frozen += chosen.length;
        }
      },
      /** A payment that no block contains until it expires, and that is available again. */
      async expire() {
        const expires = world.chain.tip().height + SHORTEST_LIFETIME;
        try {
          const to = [{ address: encodeAddress('rkith', FOREIGN.lock), amount: 20_000 + random.int(1e9) }];
          const draft = await world.wallets.prepare({ name: anyName(), to, expires });
          const owner = NAMES.find((name) => world.wallets.draft(draft.draft)?.wallet === name)!;
          for (const output of draft.outputs) if (output.change) own(owner, world.lockOf(output.address));
          await world.wallets.confirmUnlocked(draft.draft);
        } catch (error) {
          if (!/^wallet-(no-)?funds/.test(codeOf(error) ?? '')) throw error;
        }
        for (let left = SHORTEST_LIFETIME; left > 0; left--)
          await world.mineWith({ payTo: own('a', world.wallets.payout('a')) });
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
        world = await openWorld({ directory, log });
        // A wallet whose records do not add up would scan the chain again.
        expect(warnings).toEqual([]);
        for (const name of NAMES) await world.wallets.unlock(name, PASSWORD);
      },
    };
    let replaced = 0;
    let frozen = 0;
    const bag = [
      'mine',
      'mine',
      'pay',
      'pay',
      'pay',
      'receive',
      'reorganise',
      'reorganise',
      'replace',
      'replace',
      'freeze',
      'freeze',
    ];
    const fixed = new Map([
      [19, 'restart'],
      [29, 'expire'],
      [39, 'restart'],
      [49, 'expire'],
      [59, 'restart'],
    ]);

    await steps['mine']!(random);
    await world.mine(MATURITY + 1, own('a', world.wallets.payout('a')));
    for (let round = 0; round < 60; round++) {
      const step = fixed.get(round) ?? bag[random.int(bag.length)]!;
      await steps[step]!(random);
      await agree(world, owners, `seed ${seed}, round ${round}: ${step}`);
      await availableIsSpent(world, `seed ${seed}, round ${round}: ${step}`);
      await coinsAreListed(world, `seed ${seed}, round ${round}: ${step}`);
    }
    expect(replaced).toBeGreaterThan(0);
    expect(frozen).toBeGreaterThan(0);
    await world.stop();
  },
);
