import { describe, expect, test } from 'vitest';
import { toBinary } from '../../../main/core/codec/binary.ts';
import { createTransaction, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { createOrphans } from '../../../main/mempool/orphans.ts';
import { toMotes } from '../../../shared/units.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import { coinsOf, createWorld } from './world.ts';

const id = (tx: Transaction) => tx.widBinary;
const wid = (tx: Transaction): string => Buffer.from(tx.wid).toString('hex');

/** Any transaction that spends from a number instead of a real one. */
function orphan(number: number, padding = 0): Transaction {
  const txid = new Uint8Array(32);
  new DataView(txid.buffer).setUint32(0, number);
  return createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid, index: 0 }],
    outputs: [{ amount: toMotes(1_000_000), ...testKey(1).lock }],
    witness: [new Uint8Array(64 + padding)],
  });
}

describe('orphans', () => {
  test('are kept for a peer and added when the parents arrive, grandchildren included', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const parent = world.payment([coin!]);
    const child = world.payment(coinsOf(parent));
    const grandchild = world.payment(coinsOf(child));
    expect(await world.submit(grandchild, 'a')).toBe('policy-orphan');
    expect(await world.submit(child, 'b')).toBe('policy-orphan');
    expect(world.mempool.missingParents(wid(grandchild))).toEqual([child.txidHex]);
    expect(world.mempool.missingParents(wid(child))).toEqual([parent.txidHex]);
    expect(await world.submit(parent, 'c')).toBe('in');
    await world.mempool.idle();
    expect(world.told).toEqual([parent, child, grandchild].map((tx) => `added ${tx.txidHex}`));
    expect(world.mempool.missingParents(wid(child))).toEqual([]);
  });

  test('are added when a block contains the parents', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const parent = world.payment([coin!]);
    const child = world.payment(coinsOf(parent));
    expect(await world.submit(child, 'a')).toBe('policy-orphan');
    await world.mine([parent]);
    expect(world.mempool.has(child.txidHex)).toBe(true);
  });

  test('hundreds that wait for one parent are all added, except those of a peer that disconnected', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const parent = world.payment([coin!], { outputs: 200, fee: 200_000 });
    const children = coinsOf(parent).map((part) => world.payment([part], { fee: 3_000 }));
    for (const [i, child] of children.entries())
      await world.submit(child, i % 3 === 0 ? 'leaves' : `peer ${i % 3}`);
    world.mempool.dropSource('leaves');
    await world.mine([parent]);
    expect(world.mempool.summary().count).toBe(133);
  });

  test('with more unknown parents than could be waited for are not kept', async () => {
    const world = await createWorld();
    const inputs = Array.from({ length: 26 }, (_, i) => orphan(i).inputs[0]!);
    const wide = createTransaction({ ...orphan(1), inputs, witness: inputs.map(() => new Uint8Array(64)) });
    expect(await world.submit(wide, 'a')).toBe('coin-missing');
    const narrow = createTransaction({
      ...orphan(1),
      inputs: inputs.slice(1),
      witness: inputs.slice(1).map(() => new Uint8Array(64)),
    });
    expect(await world.submit(narrow, 'a')).toBe('policy-orphan');
    expect(world.mempool.missingParents(wid(narrow))).toHaveLength(25);
  });

  test('of this node are refused immediately', async () => {
    const world = await createWorld();
    expect(await world.submit(orphan(1))).toBe('coin-missing');
    expect(world.mempool.missingParents(wid(orphan(1)))).toEqual([]);
  });

  test('that are invalid are reported with their senders', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const parent = world.payment([coin!]);
    const child = world.payment(coinsOf(parent));
    const forged = createTransaction({ ...child, witness: [new Uint8Array(64).fill(1)] });
    const heard: unknown[] = [];
    world.mempool.events.on('rejected', ({ sources, violation }) => heard.push([sources, violation.code]));
    await world.submit(forged, 'a');
    await world.submit(forged, 'b');
    await world.submit(child, 'c');
    expect(await world.submit(parent, 'd')).toBe('in');
    await world.mempool.idle();
    expect(heard).toEqual([[['a', 'b'], 'tx-signature']]);
    expect(world.mempool.has(child.txidHex)).toBe(true);
  });

  test('are removed when a block spends their coins, and when their sender disconnects', async () => {
    const world = await createWorld();
    const [a, b] = await world.funds(2);
    const unknown = world.payment([a!], { to: testKey(7).lock });
    const loser = world.payment([...coinsOf(unknown), b!]);
    expect(await world.submit(loser, 'x')).toBe('policy-orphan');
    expect(world.mempool.missingParents(wid(loser))).toHaveLength(1);
    await world.mine([world.payment([b!], { to: testKey(8).lock })]);
    expect(world.mempool.missingParents(wid(loser))).toEqual([]);

    await world.submit(orphan(1), 'x');
    await world.submit(orphan(2), 'x');
    await world.submit(orphan(2), 'y');
    world.mempool.dropSource('x');
    expect(world.mempool.missingParents(wid(orphan(1)))).toEqual([]);
    expect(world.mempool.missingParents(wid(orphan(2)))).toHaveLength(1);
  });
});

describe('the limit on orphans', () => {
  const add = (orphans: ReturnType<typeof createOrphans>, tx: Transaction, source: string, now = 0) =>
    orphans.add(tx, [toBinary(tx.inputs[0]!.txid)], source, now);

  test('is per peer, so that no peer can evict the orphans of another', () => {
    const orphans = createOrphans();
    for (let i = 0; i < 10; i++) add(orphans, orphan(i), 'honest');
    for (let i = 0; i < 1_000; i++) add(orphans, orphan(1_000 + i), 'flood');
    for (let i = 0; i < 100; i++) add(orphans, orphan(10_000 + i, 50_000), 'heavy');
    for (let i = 0; i < 10; i++) expect(orphans.get(id(orphan(i)))).toBeDefined();
    expect(orphans.size).toBe(10 + 100 + 3);
    // The newest of its own stay.
    expect(orphans.get(id(orphan(1_999)))).toBeDefined();
    expect(orphans.get(id(orphan(1_000)))).toBeUndefined();
  });

  test('does not count an orphan that another peer sent before', () => {
    const orphans = createOrphans();
    add(orphans, orphan(1), 'honest');
    add(orphans, orphan(1), 'flood');
    for (let i = 0; i < 500; i++) add(orphans, orphan(100 + i), 'flood');
    expect([...orphans.get(id(orphan(1)))!.sources]).toEqual(['honest']);
  });

  test('holds for any number of peer ids', () => {
    const orphans = createOrphans();
    for (let i = 0; i < 1_000; i++) add(orphans, orphan(i), `peer ${i}`);
    expect(orphans.size).toBe(256);
    for (const { missing } of [orphans.get(id(orphan(999)))!])
      expect(orphans.waitingFor(missing[0]!)).toHaveLength(1);
  });

  test('frees orphans after their time', () => {
    const orphans = createOrphans();
    add(orphans, orphan(1), 'a', 0);
    add(orphans, orphan(2), 'a', 200_000);
    orphans.dropOld(300_000);
    expect(orphans.size).toBe(1);
    orphans.dropOld(500_000);
    expect(orphans.size).toBe(0);
    expect(orphans.waitingFor(toBinary(orphan(1).inputs[0]!.txid))).toEqual([]);
  });
});
