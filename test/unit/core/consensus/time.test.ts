import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Block } from '../../../../main/core/primitives/block.ts';
import { mineOn, parentOf, testKey, tipOf } from '../../../support/chain/test-chain.ts';
import { openRuleWorld, type RuleWorld } from './rules-world.ts';

let world: RuleWorld;
beforeAll(async () => {
  world = await openRuleWorld(undefined, 3);
});
afterAll(() => world.close());

const { now, limit } = {
  now: () => world.clock.seconds,
  limit: () => world.chain.network.params.futureLimit,
};

/** A block on the tip that only its payee tells from others. */
const early = (seconds: number, payee = 1): Block =>
  mineOn(world.chain, tipOf(world.chain), {
    payTo: testKey(payee).lock,
    header: { time: now() + limit() + seconds },
  });

test('a block from the future is kept and connected when the clock reaches its time', async () => {
  const block = early(60);
  expect(await world.submit(block.bytes)).toBe('header-time-new');
  world.clock.seconds += 59;
  await world.chain.retryEarly();
  expect(world.chain.tip().id).not.toBe(block.header.idHex);
  world.clock.seconds += 1;
  await world.chain.retryEarly();
  expect(world.chain.tip().id).toBe(block.header.idHex);
});

test('a header from the future is kept and accepted when the clock reaches its time', async () => {
  const { header } = early(60);
  const { accepted, violation } = await world.chain.acceptHeaders([header]);
  expect({ accepted, code: violation?.code }).toEqual({ accepted: 0, code: 'header-time-new' });
  world.clock.seconds += 60;
  await world.chain.retryEarly();
  expect(world.chain.entry(header.idHex)?.height).toBe(header.height);
});

test('the headers before an early one are accepted', async () => {
  const first = mineOn(world.chain, tipOf(world.chain));
  const second = mineOn(world.chain, parentOf(first), { header: { time: now() + limit() + 10 } });
  const result = await world.chain.acceptHeaders([first.header, second.header]);
  expect(result).toMatchObject({ accepted: 1, violation: { code: 'header-time-new' } });
  world.clock.seconds += 10;
  await world.chain.retryEarly();
  expect(world.chain.bestHeader().id).toBe(second.header.idHex);
  await world.submit(first.bytes);
  await world.submit(second.bytes);
});

test('sixteen are kept, and a new one replaces the oldest', async () => {
  const blocks = Array.from({ length: 17 }, (_, i) => early(30, i + 1));
  for (const block of blocks) expect(await world.submit(block.bytes)).toBe('header-time-new');
  world.clock.seconds += 30;
  await world.chain.retryEarly();
  const known = blocks.map((block) => world.chain.entry(block.header.idHex) !== undefined);
  expect(known).toEqual([false, ...Array<boolean>(16).fill(true)]);
});

test('early headers without work are not kept', async () => {
  const good = early(30, 40);
  let nonce = 0;
  for (; nonce < 1000; nonce++) {
    const bytes = Uint8Array.from(good.bytes);
    new DataView(bytes.buffer).setUint32(84, nonce, true);
    const code = await world.submit(bytes);
    expect(['header-time-new', 'header-pow']).toContain(code);
    if (code === 'header-pow') break;
  }
  expect(nonce).toBeLessThan(1000);
});
