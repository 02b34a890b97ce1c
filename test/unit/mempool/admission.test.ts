import { describe, expect, test } from 'vitest';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import { coinsOf, createWorld, OWNER } from './world.ts';

describe('the admission of a transaction', () => {
  test('a payment and then its own change are admitted', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(2);
    const first = world.payment([coin!], { outputs: 2 });
    const second = world.payment([coinsOf(first)[1]!]);
    expect(await world.submit(first)).toBe('in');
    expect(await world.submit(second, 'peer')).toBe('in');

    const { mempool } = world;
    expect(mempool.summary()).toEqual({
      count: 2,
      bytes: first.bytes.length + second.bytes.length,
      floor: 10,
    });
    const entry = mempool.get(second.txidHex)!;
    expect(entry.fee).toBe(10_000);
    expect(entry.ancestors.count).toBe(2);
    expect(mempool.get(first.txidHex)!.descendants).toEqual({
      count: 2,
      size: mempool.summary().bytes,
      fee: 20_000,
    });
    expect(mempool.getByWid(entry.wid)).toBe(entry);
    expect(Buffer.from(entry.bytes)).toEqual(Buffer.from(second.bytes));
    expect(mempool.has(first.txidHex)).toBe(true);
    expect(mempool.coin({ txid: first.txid, index: 0 })).toMatchObject({
      amount: first.outputs[0]!.amount,
    });
    expect(mempool.coin({ txid: first.txid, index: 1 })).toBeUndefined();
    expect(mempool.spender({ txid: first.txid, index: 1 })).toBe(entry);
    expect(mempool.isVerified(second.wid, { policyLock: true })).toBe(true);
    expect(mempool.isVerified(first.txid, { policyLock: true })).toBe(false);
    expect(world.told).toEqual([`added ${first.txidHex}`, `added ${second.txidHex}`]);
  });

  test('bytes that are not a transaction give the violation of the codec', async () => {
    const world = await createWorld();
    for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(100_001)]) {
      expect(isViolation(await world.mempool.submit(bytes))).toBe(true);
    }
  });

  test('it keeps bytes of its own, so that a caller may reuse the buffer', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const tx = world.payment([coin!]);
    const buffer = new Uint8Array(tx.bytes.length + 1000);
    buffer.set(tx.bytes, 500);
    // As the network gives it: a Buffer, whose slice is a view.
    const view = Buffer.from(buffer.buffer).subarray(500, 500 + tx.bytes.length);
    expect(await world.mempool.submit(view)).toEqual({ txid: tx.txidHex });
    buffer.fill(0);
    expect(world.mempool.get(tx.txidHex)!.tx.txidHex).toBe(tx.txidHex);
    expect(world.mempool.get(tx.txidHex)!.bytes.buffer.byteLength).toBe(tx.bytes.length);
  });

  test('each broken rule is reported with its own code', async () => {
    const world = await createWorld();
    const coins = await world.funds(20);
    const tip = world.chain.tip().height;
    const take = () => coins.splice(0, 1);
    const size = world.payment([coins[0]!]).bytes.length;
    const forged = world.payment(take());
    const young = await world.mine();
    const youngCoin = { txid: young.transactions[0]!.txid, index: 0 };
    const youngFunds = {
      outpoint: youngCoin,
      coin: { ...young.transactions[0]!.outputs[0]!, height: tip + 1, coinbase: true },
    };
    const other = { lockType: 7, lock: new Uint8Array(8) };
    const policyLock = { lockType: 1, lock: new Uint8Array(32) };

    const cases: [string, Parameters<typeof world.submit>[0]][] = [
      ['policy-coinbase', young.transactions[0]!],
      ['policy-version', world.payment(take(), { version: 2 })],
      ['policy-lock', world.payment(take(), { to: other })],
      ['policy-lock', world.payment(take(), { to: policyLock })],
      ['policy-dust', world.payment([coins[0]!], { fee: coins[0]!.coin.amount - 9_999 })],
      ['policy-feerate', world.payment([coins[0]!], { fee: size * 10 - 1 })],
      ['in', world.payment(take(), { fee: size * 10 })],
      ['policy-not-yet-valid', world.payment(take(), { validFrom: tip + 3 })],
      ['in', world.payment(take(), { validFrom: tip + 2 })],
      ['policy-expires-soon', world.payment(take(), { expires: tip + 1 + 29 })],
      ['in', world.payment(take(), { expires: tip + 1 + 30 })],
      ['coin-immature', world.payment([youngFunds])],
      ['tx-value', world.payment([coins[0]!], { fee: -1 })],
      ['tx-signature', createTransaction({ ...forged, witness: [new Uint8Array(64).fill(9)] })],
      ['tx-witness-size', createTransaction({ ...forged, witness: [new Uint8Array(63)] })],
      ['tx-witness-count', createTransaction({ ...forged, witness: [] })],
      ['tx-duplicate-input', world.payment([coins[0]!, coins[0]!])],
      [
        'coin-missing',
        world.payment([{ ...coins[0]!, outpoint: { txid: coins[0]!.outpoint.txid, index: 99 } }]),
      ],
    ];
    for (const [code, tx] of cases) expect(await world.submit(tx)).toBe(code);
    expect(world.mempool.summary().count).toBe(3);
  });

  test('a spend of an unknown lock type is not relayed, although a block may contain it', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const open = world.payment([coin!], { to: { lockType: 9, lock: new Uint8Array(4) } });
    await world.mine([open]);
    const theft = world.payment(coinsOf(open));
    expect(await world.submit(theft)).toBe('policy-lock');
    await world.mine([theft]);
    expect(world.chain.getCoin({ txid: theft.txid, index: 0 })).toBeDefined();
  });

  test('burned outputs may have any amount and create no coin', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const tx = world.payment([coin!], { padding: 75 });
    expect(await world.submit(tx)).toBe('in');
    const burnt = tx.outputs.findIndex(({ lockType }) => lockType === 255);
    const coin255 = { ...tx.outputs[burnt]!, height: 0, coinbase: false };
    const spend = world.payment([{ outpoint: { txid: tx.txid, index: burnt }, coin: coin255 }], { fee: 0 });
    // Its parent is known, so this is no orphan: the coin will never be there.
    expect(await world.submit(spend, 'peer')).toBe('policy-dust');
    const other = world.payment([
      coinsOf(tx)[0]!,
      { outpoint: { txid: tx.txid, index: burnt }, coin: coin255 },
    ]);
    expect(await world.submit(other, 'peer')).toBe('coin-missing');
  });

  test('a transaction that is in the mempool or in the chain is known', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const tx = world.payment([coin!]);
    expect(await world.submit(tx)).toBe('in');
    expect(await world.submit(tx, 'peer')).toBe('policy-known');
    await world.mine([tx]);
    expect(world.mempool.has(tx.txidHex)).toBe(false);
    expect(await world.submit(tx, 'peer')).toBe('policy-known');
  });
});

describe('races', () => {
  test('the same transaction from many peers at the same time is checked once', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const tx = world.payment([coin!]);
    const results = await Promise.all(['a', 'b', 'c', undefined].map((source) => world.submit(tx, source)));
    expect(results).toEqual(['in', 'in', 'in', 'in']);
    expect(world.told).toEqual([`added ${tx.txidHex}`]);
  });

  test('of two payments of one coin at the same time the mempool accepts one', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const [a, b] = [1, 2].map((seed) => world.payment([coin!], { to: testKey(50 + seed).lock }));
    const results = await Promise.all([world.submit(a!, 'x'), world.submit(b!, 'y')]);
    expect(results.sort()).toEqual(['in', 'policy-replacement-fee']);
    expect(world.mempool.summary().count).toBe(1);
    expect(world.mempool.conflictsOf(b!)).toHaveLength(1);
  });

  test('a block that arrives during the check of signatures decides', async () => {
    let release = (): void => undefined;
    let held = 0;
    const world = await createWorld({
      verifyBatch: async () => {
        held++;
        await new Promise<void>((resolve) => (release = resolve));
        return -1;
      },
    });
    const [coin] = await world.funds(1);
    const tx = world.payment([coin!]);
    const winner = world.payment([coin!], { to: testKey(60).lock });
    const result = world.submit(tx, 'peer');
    await expect.poll(() => held).toBe(1);
    const block = world.mine([winner]);
    await expect.poll(() => world.chain.getCoin({ txid: winner.txid, index: 0 })).toBeDefined();
    release();
    await block;
    expect(await result).toBe('policy-orphan');
    expect(world.mempool.summary().count).toBe(0);
  });

  test('a failure of the verifier is not a violation', async () => {
    let fail = true;
    const world = await createWorld({
      verifyBatch: async () => {
        if (fail) throw new Error('a worker died');
        return -1;
      },
    });
    const [coin] = await world.funds(1);
    const tx = world.payment([coin!]);
    await expect(world.submit(tx, 'peer')).rejects.toThrow('a worker died');
    fail = false;
    expect(await world.submit(tx, 'peer')).toBe('in');
  });

  test('a forged signature does not affect the other transactions of its batch', async () => {
    const world = await createWorld();
    const coins = await world.funds(30);
    const good = coins.map((coin) => world.payment([coin]));
    const bad = world.payment([coins[0]!], { to: testKey(77).lock });
    const forged = createTransaction({ ...bad, witness: [good[1]!.witness[0]!] });
    const all = [...good.slice(0, 15), forged, ...good.slice(15)];
    const results = await Promise.all(all.map((tx) => world.submit(tx, 'peer')));
    expect(results.filter((result) => result === 'in')).toHaveLength(30);
    expect(results[15]).toBe('tx-signature');
  });

  test('a payment with the key of another owner is refused', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const honest = world.payment([coin!], { to: OWNER.lock });
    const stolen = createTransaction({ ...honest, outputs: [{ ...honest.outputs[0]!, ...testKey(9).lock }] });
    expect(await world.submit(stolen)).toBe('tx-signature');
  });
});
