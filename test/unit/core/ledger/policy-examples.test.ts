import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyNode } from '../../../../main/core/ledger/policy-tree.ts';
import type { Transaction } from '../../../../main/core/primitives/transaction.ts';
import {
  after,
  all,
  either,
  hidden,
  key,
  lockOf,
  type PolicyInput,
  secret,
  threshold,
  unlock,
} from '../../../support/chain/policy.ts';
import { testKey } from '../../../support/chain/test-chain.ts';
import { openRuleWorld, type RuleWorld } from '../consensus/rules-world.ts';

let world: RuleWorld;
beforeAll(async () => {
  world = await openRuleWorld();
});
afterAll(() => world.close());

const [ANNA, BORIS, CARLA] = [11, 12, 13];
const FEE = 1000;

const lock = async (tree: PolicyNode) => world.locked(lockOf(tree));
const pay = (input: PolicyInput, to: number | PolicyNode): Transaction =>
  unlock(
    world.chain.network.id,
    [input],
    [{ amount: input.coin.amount - FEE, lock: typeof to === 'number' ? testKey(to).lock : lockOf(to) }],
  );
const mine = async (tx: Transaction) =>
  world.submit((await world.mine({ transactions: [tx], fees: 0 })).bytes);
const output = (tx: Transaction) => ({
  outpoint: { txid: tx.txid, index: 0 },
  coin: { ...tx.outputs[0]!, height: world.chain.tip().height, coinbase: false },
});

describe('a swap: Anna pays for the secret that Boris reveals, or gets her money back', () => {
  const word = 'the word that opens a coin on another chain';
  const offer = (until: number) => either(all(secret(word), key(BORIS)), all(after(until), key(ANNA)));
  const taking = (until: number) =>
    either(all(secret.claim(word), key.claim(BORIS)), hidden(all(after(until), key(ANNA))));
  const takingBack = (until: number) =>
    either(hidden(all(secret(word), key(BORIS))), all(after.claim(until), key.claim(ANNA)));

  test('Boris spends the coin with the secret, and Anna reads the secret from the chain', async () => {
    const until = world.nextHeight() + 50;
    const tx = pay({ ...(await lock(offer(until))), by: taking(until) }, BORIS);
    expect(await mine(tx)).toBe('connected');
    expect(Buffer.from(tx.witness[0]!).includes(word)).toBe(true);
  });

  test('Carla, who saw the secret, cannot spend the coin', async () => {
    const until = world.nextHeight() + 50;
    const stolen = either(all(secret.claim(word), key.claim(CARLA)), hidden(all(after(until), key(ANNA))));
    expect(await mine(pay({ ...(await lock(offer(until))), by: stolen }, CARLA))).toBe('lock-policy');
  });

  test('Anna gets the coin back after the timeout', async () => {
    const until = world.nextHeight() + 6;
    const tx = pay({ ...(await lock(offer(until))), by: takingBack(until) }, ANNA);
    expect(await mine(tx)).toBe('lock-policy');
    await world.until((height) => height === until);
    expect(await mine(tx)).toBe('connected');
  });
});

describe('a vault: a thief who has the daily key cannot spend its coins', () => {
  const [DAILY, SAFE, THIEF] = [21, 22, 66];
  /** Out of the vault by the daily key after some blocks, or at any time by the key in the safe. */
  const door = (open: number) => either(all(after(open), key(DAILY)), key(SAFE));
  const wait = 20;

  test('the owner spends the coin after the delay', async () => {
    const open = world.nextHeight() + wait;
    const funds = await lock(door(open));
    const tx = pay(
      { ...funds, by: either(all(after.claim(open), key.claim(DAILY)), hidden(key(SAFE))) },
      CARLA,
    );
    expect(await mine(tx)).toBe('lock-policy');
    await world.until((height) => height === open);
    expect(await mine(tx)).toBe('connected');
  });

  test('the thief must wait for the delay too, and the owner spends first with the safe key', async () => {
    const open = world.nextHeight() + wait;
    const funds = await lock(door(open));
    const theft = pay(
      { ...funds, by: either(all(after.claim(open), key.claim(DAILY)), hidden(key(SAFE))) },
      THIEF,
    );
    expect(await mine(theft)).toBe('lock-policy');
    const rescue = pay(
      { ...funds, by: either(hidden(all(after(open), key(DAILY))), key.claim(SAFE)) },
      key(SAFE),
    );
    expect(await mine(rescue)).toBe('connected');
    await world.until((height) => height === open);
    expect(await mine(theft)).toBe('coin-missing');
    // It now lies behind the safe's key alone, as a lock of its own.
    expect(await mine(pay({ ...output(rescue), by: key.claim(SAFE) }, ANNA))).toBe('connected');
  });
});

describe('a shared wallet and an inheritance', () => {
  const family = (years: number) =>
    either(threshold(2, key(ANNA), key(BORIS), key(CARLA)), all(after(years), key(CARLA)));

  test('any two of three keys can spend at any time', async () => {
    const years = world.nextHeight() + 500;
    const two = either(
      threshold(2, hidden(key(ANNA)), key.claim(BORIS), key.claim(CARLA)),
      hidden(all(after(years), key(CARLA))),
    );
    expect(await mine(pay({ ...(await lock(family(years))), by: two }, ANNA))).toBe('connected');
  });

  test('the heir can spend alone, but only after the height', async () => {
    const years = world.nextHeight() + 10;
    const heir = either(
      hidden(threshold(2, key(ANNA), key(BORIS), key(CARLA))),
      all(after.claim(years), key.claim(CARLA)),
    );
    const tx = pay({ ...(await lock(family(years))), by: heir }, CARLA);
    expect(await mine(tx)).toBe('lock-policy');
    await world.until((height) => height === years);
    expect(await mine(tx)).toBe('connected');
  });
});
