import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeRecords } from '../../../../main/core/primitives/records.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { coinbaseOf } from '../../../support/chain/test-chain.ts';
import { openRuleWorld, OTHER, type RuleWorld, SUBSIDY } from './rules-world.ts';

let world: RuleWorld;
beforeAll(async () => {
  world = await openRuleWorld();
});
afterAll(() => world.close());

test('a coinbase can be spent from exactly its maturity on', async () => {
  const { maturity } = world.chain.network.params;
  const block = await world.extend();
  const tx = world.spend([coinbaseOf(block)]);
  while (world.nextHeight() < block.header.height + maturity) {
    const early = await world.mine({ transactions: [tx] });
    expect(await world.submit(early.bytes)).toBe('coin-immature');
    await world.extend();
  }
  await world.extend({ transactions: [tx] });
  expect(world.chain.getCoin({ txid: tx.txid, index: 0 })?.height).toBe(block.header.height + maturity);
});

test('a payment can be mined from validFrom to expires, both included, and expires 0 means never', async () => {
  const from = world.nextHeight() + 12;
  const funds = [await world.coin(), await world.coin(), await world.coin()];
  const first = world.spend([funds[0]!], { validFrom: from, expires: from });
  const last = world.spend([funds[1]!], { validFrom: from - 1, expires: from + 1 });
  const ever = world.spend([funds[2]!], { validFrom: 1, expires: 0 });
  await world.until((height) => height === from);
  await world.extend({ transactions: [first] });
  await world.extend({ transactions: [last] });
  await world.extend({ transactions: [ever] });
});

test('a coinbase may have 256 bytes of records, unknown tags, or no records', async () => {
  const { records: _none, ...coinbase } = { records: [], ...(await world.mine()).transactions[0]! };
  const full = encodeRecords([
    { tag: 7, bytes: new Uint8Array(200) },
    { tag: 254, bytes: new Uint8Array(52) },
  ]);
  expect(full).toHaveLength(256);
  await world.until((height) => height % 20 !== 5);
  for (const witness of [full, new Uint8Array(0), Uint8Array.of(255, 0)]) {
    await world.extend({
      coinbase: createTransaction({ ...coinbase, validFrom: world.nextHeight(), witness: [witness] }),
    });
    await world.until((height) => height % 20 !== 5);
  }
});

test('a coinbase may claim less, in many outputs or in none; the rest is lost', async () => {
  await world.until((height) => height % 20 !== 5);
  const before = world.chain.totals();
  const fee = 5_000;
  const tx = world.spend([await world.coin()], { outputs: [{ amount: SUBSIDY - fee, lock: OTHER.lock }] });
  await world.until((height) => height % 20 !== 5);
  const mined = world.chain.totals().total - before.total;
  const none = createTransaction({
    version: 1,
    validFrom: world.nextHeight(),
    expires: 0,
    inputs: [],
    outputs: [],
    witness: [new Uint8Array(0)],
  });
  await world.extend({ coinbase: none, transactions: [tx] });
  // Neither the subsidy nor the fee was claimed: the fee is destroyed, the subsidy never came to be.
  const after = world.chain.totals();
  expect(after.total).toBe(before.total + mined - fee);
  expect(after.burned).toBe(before.burned + fee);
  expect(after.total).toBe(after.issued - after.burned);
});

test('burnt outputs leave the UTXO set and the totals', async () => {
  const before = world.chain.totals();
  const funds = await world.coin();
  const mined = world.chain.totals().total - before.total;
  const lock = { lockType: 255, lock: new Uint8Array(64) };
  const tx = world.spend([funds], {
    outputs: [
      { amount: 900, lock },
      { amount: SUBSIDY - 900, lock: OTHER.lock },
    ],
  });
  await world.extend({ transactions: [tx] });
  expect(world.chain.getCoin({ txid: tx.txid, index: 0 })).toBeUndefined();
  expect(world.chain.getCoin({ txid: tx.txid, index: 1 })?.amount).toBe(SUBSIDY - 900);
  const after = world.chain.totals();
  expect(after.burned).toBe(before.burned + 900);
  expect(after.total).toBe(before.total + mined + SUBSIDY - 900);
});

test('unknown transaction versions, lock types and header versions are valid', async () => {
  const tx = world.spend([await world.coin()], {
    version: 0xffff_ffff,
    outputs: [2, 7, 254].map((lockType) => ({
      amount: 100,
      lock: { lockType, lock: new Uint8Array(lockType % 65) },
    })),
  });
  await world.extend({ transactions: [tx], header: { version: 0 } });
  const inputs = [0, 1, 2].map((index) => ({ txid: tx.txid, index }));
  const free = createTransaction({
    version: 0,
    validFrom: 0,
    expires: 0,
    inputs,
    outputs: [{ amount: 300 as never, ...OTHER.lock }],
    witness: [new Uint8Array(0), new Uint8Array(1), new Uint8Array(5000)],
  });
  await world.extend({ transactions: [free], header: { version: 0xffff_ffff } });
  expect(world.chain.getCoin({ txid: free.txid, index: 0 })?.amount).toBe(300);
});

test('submitting the first block of the network changes nothing', async () => {
  const before = await world.state();
  expect(await world.submit(world.chain.network.genesis.bytes)).toBe('duplicate');
  expect(await world.state()).toEqual(before);
});
