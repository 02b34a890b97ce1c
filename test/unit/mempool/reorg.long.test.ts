import { expect, test } from 'vitest';
import { testKey } from '../../support/chain/test-chain.ts';
import { coinsOf, createWorld, type Funds } from './world.ts';

test('of 1 000 blocks re-adds a chain of payments over all of them, except double spends', async () => {
  const world = await createWorld();
  const depth = 1_000;
  const coins = await world.funds(depth);
  const [rich] = await world.mature(1);
  const fork = world.chain.tip().height;
  const line: string[] = [];
  const doubled: string[] = [];
  let from: Funds = rich!;
  for (let i = 0; i < depth; i++) {
    const next = world.payment([from], { fee: 2_000 });
    const double = world.payment([coins[i]!]);
    line.push(next.txidHex);
    doubled.push(double.txidHex);
    from = coinsOf(next)[0]!;
    await world.mine([next, double]);
  }
  world.told.length = 0;
  const others = coins.map((coin) => world.payment([coin], { to: testKey(42).lock }));
  await world.branch(fork, [others, ...Array.from({ length: depth }, () => [])]);
  expect([...world.mempool.entries()].map(({ txid }) => txid)).toEqual(line);
  expect(world.told.filter((said) => said.startsWith('removed')).sort()).toEqual(
    doubled.map((txid) => `removed ${txid} conflict`).sort(),
  );
  const { transactions, fees } = world.mempool.templateTransactions({ maxBytes: 900_000, maxOutputs: 9_999 });
  expect(transactions).toHaveLength(depth);
  await world.mine(transactions, { fees });
  expect(world.mempool.summary().count).toBe(0);
});
