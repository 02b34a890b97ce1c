import type { Connection } from '@libp2p/interface';
import { describe, expect, test } from 'vitest';
import { createBudgets, costOf, type PeerBudget } from '../../../../main/net/budgets/budgets.ts';
import { COST, LIMITS, type RequestName } from '../../../../main/net/budgets/costs.ts';
import { createToll, MOST_WAIT_MS } from '../../../../main/net/budgets/toll.ts';
import { createUpload } from '../../../../main/net/budgets/upload.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import { turnedClock } from '../../../support/test-clock.ts';

function world(limit: number | null = null) {
  const clock = turnedClock();
  const upload = createUpload(limit, clock.monotonic);
  const budgets = createBudgets({
    upload,
    groupOf: (address) => address.split('/')[1] ?? null,
    clock,
  });
  const connection = (address: string) =>
    ({ remoteAddr: { toString: () => address }, remotePeer: { toString: () => address } }) as Connection;
  return { clock, budgets, connection };
}

/** How many requests are granted before the first has to wait. */
async function grantedImmediately(budget: PeerBudget, request: RequestName, most: number): Promise<number> {
  let granted = 0;
  const asked = Array.from({ length: most }, () => budget.spend(request, 32).then(() => granted++));
  void Promise.allSettled(asked);
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  return granted;
}

describe.each(Object.keys(COST) as RequestName[])('requests of kind %s', (request) => {
  test('are answered up to the budget of a peer, and no further', async () => {
    const { budgets, connection } = world();
    const { queue } = COST[request];
    const each = costOf(request, 32).micros;
    const most = Math.ceil(LIMITS[queue].peer.micros.burst / each);
    const granted = await grantedImmediately(
      budgets.of(connection('/a/1')),
      request,
      Math.min(most + 50, 3000),
    );
    expect(granted).toBeGreaterThan(0);
    expect(granted).toBeLessThanOrEqual(most);
    budgets.stop();
  });

  test('of sixty peers of sixty groups are answered up to the budget of all peers', async () => {
    const { budgets, connection } = world();
    const { queue } = COST[request];
    const each = costOf(request, 32).micros;
    const most = Math.ceil(LIMITS[queue].overall.micros.burst / each);
    const share = Math.ceil(most / 30);
    const counts = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        grantedImmediately(budgets.of(connection(`/g${i}/1`)), request, Math.min(share, 200)),
      ),
    );
    const granted = counts.reduce((sum, count) => sum + count, 0);
    expect(granted).toBeGreaterThan(0);
    expect(granted).toBeLessThanOrEqual(most);
    budgets.stop();
  });
});

test('all streams of a connection share one budget', () => {
  const { budgets, connection } = world();
  const one = connection('/a/1');
  expect(budgets.of(one)).toBe(budgets.of(one));
  expect(budgets.of(one)).not.toBe(budgets.of(connection('/a/1')));
});

test('a connection gets one large answer at a time', async () => {
  const { budgets, connection, clock } = world();
  const toll = createToll(budgets.of(connection('/a/1')), clock, () => {});
  const order: string[] = [];
  const first = await toll.enter(FRAME.getBlocks.type, 33);
  const second = toll.enter(FRAME.getChunk.type, 36).then((done) => {
    order.push('second');
    done();
  });
  const small = await toll.enter(FRAME.getHeaders.type, 33);
  order.push('small');
  small();
  await new Promise(setImmediate);
  order.push('first done');
  first();
  await second;
  expect(order).toEqual(['small', 'first done', 'second']);
});

test('requests of a later version have a cost, too', async () => {
  const { budgets, connection, clock } = world();
  const toll = createToll(budgets.of(connection('/a/1')), clock, () => {});
  let entered = 0;
  const asked = Array.from({ length: 5000 }, () => toll.enter(0x7e, 65_536).then(() => entered++));
  void Promise.allSettled(asked);
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  expect(entered).toBeGreaterThan(0);
  expect(entered).toBeLessThan(1000);
});

test('with an upload limit, relay traffic is sent before history', async () => {
  const { budgets, connection, clock } = world(10_000);
  const [a, b, c] = ['/a/1', '/b/1', '/c/1'].map((address) => budgets.of(connection(address)));
  await a!.answer('getBlocks', 50_000, false);
  const order: string[] = [];
  const history = b!.answer('getBlocks', 5000, false).then(() => order.push('history'));
  const relayed = c!.answer('getParts', 5000, false).then(() => order.push('relay'));
  clock.pass(10_000);
  await Promise.all([history, relayed]);
  expect(order).toEqual(['relay', 'history']);
  budgets.stop();
});

test('pieces of answers that are granted at the same time are sent in many turns', async () => {
  const { budgets, connection } = world();
  const PIECES = 200;
  const sentIn: number[] = [];
  let turn = 0;
  const all = Promise.all(
    Array.from({ length: PIECES }, async (_, i) => {
      await budgets.of(connection(`/g${i}/1`)).answer('getBlocks', 64 * 1024, false);
      sentIn.push(turn);
    }),
  );
  for (; sentIn.length < PIECES; turn++) await new Promise(setImmediate);
  await all;
  // A piece costs half a millisecond, and a turn has ten.
  const most = Math.max(...[...new Set(sentIn)].map((each) => sentIn.filter((at) => at === each).length));
  expect(most).toBeLessThanOrEqual(20);
  expect(turn).toBeGreaterThanOrEqual(PIECES / 20);
  budgets.stop();
});

test('an answer that would wait longer than its peer waits ends the connection instead', async () => {
  const { budgets, connection, clock } = world(10_000);
  await budgets.of(connection('/a/1')).answer('getBlocks', 1_000_000, false);
  let crowded = 0;
  const toll = createToll(budgets.of(connection('/b/1')), clock, () => crowded++);
  await toll.enter(FRAME.getHeaders.type, 33);
  const sent = toll.pay(FRAME.getHeaders.type)(5000, false);
  const failed = expect(sent).rejects.toMatchObject({ code: 'stream-lost' });
  await clock.passing(MOST_WAIT_MS - 100);
  expect(crowded).toBe(0);
  await clock.passing(200);
  await failed;
  expect(crowded).toBe(1);
  budgets.stop();
});

test('an answer that the disk or the processor delays for longer than its peer waits ends the connection', async () => {
  const { budgets, connection, clock } = world();
  let crowded = 0;
  const toll = createToll(budgets.of(connection('/a/1')), clock, () => crowded++);
  const done = await toll.enter(FRAME.getBlocks.type, 65);
  await clock.passing(MOST_WAIT_MS - 100);
  await toll.pay(FRAME.getBlocks.type)(5000, false);
  // A peer that reads slowly has its own deadlines.
  await clock.passing(2 * MOST_WAIT_MS);
  toll.sent();
  await clock.passing(MOST_WAIT_MS - 100);
  expect(crowded).toBe(0);
  await clock.passing(200);
  expect(crowded).toBe(1);
  done();
  (await toll.enter(FRAME.getBlocks.type, 65))();
  await clock.passing(2 * MOST_WAIT_MS);
  expect(crowded).toBe(1);
  budgets.stop();
});

test('a closed connection removes the answers that wait for it', async () => {
  const { budgets, connection } = world(10_000);
  const [a, b] = [budgets.of(connection('/a/1')), budgets.of(connection('/b/1'))];
  await a.answer('getBlocks', 50_000, false);
  const waits = b.answer('getBlocks', 1000, false);
  expect(budgets.waiting).toBe(1);
  b.end();
  await expect(waits).rejects.toMatchObject({ code: 'stream-lost' });
  expect(budgets.waiting).toBe(0);
  budgets.stop();
});
