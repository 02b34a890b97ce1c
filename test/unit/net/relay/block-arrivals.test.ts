import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { createBlockArrivals } from '../../../../main/net/relay/block-arrivals.ts';

/** A clock that stands still unless it is moved or set. */
function testClock() {
  let [ms, wall] = [5_000, 1_700_000_000];
  return {
    monotonic: () => ms,
    now: () => wall,
    move: (by: number) => void (ms += by),
    set: (to: number) => void (wall = to),
  };
}

test('a pushed block has the delays of its body and of each peer, from the first sign on', () => {
  const clock = testClock();
  const arrivals = createBlockArrivals(clock);
  arrivals.seen('b1', 'ann', 'announced');
  clock.move(40);
  arrivals.open('b1');
  arrivals.seen('b1', 'bob', 'pushed');
  arrivals.via('b1', 'bob', 'pushed');
  clock.move(10);
  arrivals.received('b1', null);
  clock.move(450);
  arrivals.seen('b1', 'bob', 'claimed');
  arrivals.seen('b1', 'cleo', 'claimed');
  expect(arrivals.get('b1')).toEqual({
    id: 'b1',
    firstAt: 1_700_000_000,
    body: { afterMs: 50, path: 'pushed', peer: 'bob' },
    peers: [
      { peer: 'ann', sign: 'announced', afterMs: 0 },
      { peer: 'bob', sign: 'pushed', afterMs: 40 },
      { peer: 'cleo', sign: 'claimed', afterMs: 500 },
    ],
  });
});

test('a block whose compact form was of no use came from the peer that sent it in full', () => {
  const arrivals = createBlockArrivals(testClock());
  arrivals.via('b1', 'ann', 'pushed');
  arrivals.received('b1', 'bob');
  expect(arrivals.get('b1')).toMatchObject({
    body: { path: 'requested', peer: 'bob' },
    peers: [{ peer: 'bob', sign: 'sent' }],
  });
});

/** A block by its header; what follows the header is of no importance here. */
const { bytes: BLOCK, idHex: BLOCK_ID } = REGTEST_NETWORK.genesis.header;

test('a block that was submitted here is of this node, and its later announcers are recorded', () => {
  const clock = testClock();
  const arrivals = createBlockArrivals(clock);
  arrivals.submitted(BLOCK);
  arrivals.connecting(BLOCK_ID);
  clock.move(120);
  arrivals.seen(BLOCK_ID, 'ann', 'claimed');
  expect(arrivals.get(BLOCK_ID)).toMatchObject({
    body: { afterMs: 0, path: 'local', peer: null },
    peers: [{ peer: 'ann', afterMs: 120 }],
  });
});

test('a block that a peer sent stays one of that peer when it is connected', () => {
  const arrivals = createBlockArrivals(testClock());
  arrivals.received(BLOCK_ID, 'ann');
  arrivals.submitted(BLOCK);
  arrivals.connecting(BLOCK_ID);
  expect(arrivals.get(BLOCK_ID)!.body).toMatchObject({ path: 'requested', peer: 'ann' });
});

test('delays hold when the clock is set back', () => {
  const clock = testClock();
  const arrivals = createBlockArrivals(clock);
  arrivals.open('b1');
  clock.set(1);
  clock.move(30);
  arrivals.seen('b1', 'ann', 'announced');
  expect(arrivals.get('b1')).toMatchObject({ firstAt: 1_700_000_000, peers: [{ afterMs: 30 }] });
});

test('ids without a checked header are not shown and remove no record', () => {
  const arrivals = createBlockArrivals(testClock());
  arrivals.open('good');
  for (let i = 0; i < 10_000; i++) arrivals.seen(`false ${i}`, 'mallory', 'announced');
  expect(arrivals.recent(200).map(({ id }) => id)).toEqual(['good']);
  expect(arrivals.get('false 9999')).toBeNull();
});

test('the newest 200 blocks are kept, newest first', () => {
  const arrivals = createBlockArrivals(testClock());
  for (let i = 0; i < 1000; i++) arrivals.open(`b${i}`);
  expect(arrivals.recent(1000)).toHaveLength(200);
  expect(arrivals.recent(2).map(({ id }) => id)).toEqual(['b999', 'b998']);
  expect(arrivals.get('b799')).toBeNull();
});

test('peers that come and go without end fill no memory', () => {
  const arrivals = createBlockArrivals(testClock());
  arrivals.open('b1');
  for (let i = 0; i < 10_000; i++) arrivals.seen('b1', `peer ${i}`, 'announced');
  expect(arrivals.get('b1')!.peers).toHaveLength(128);
});

test('a block of a peer whose record was removed before it is connected is not one of this node', () => {
  const arrivals = createBlockArrivals(testClock());
  for (let i = 0; i < 1000; i++) arrivals.received(`b${i}`, 'ann');
  arrivals.connecting('b0');
  expect(arrivals.get('b0')).toBeNull();
  expect(arrivals.recent(200).map(({ body }) => body?.path)).toEqual(Array<string>(200).fill('requested'));
});

test('a submission that has no whole header is no block', () => {
  const arrivals = createBlockArrivals(testClock());
  arrivals.submitted(BLOCK.slice(0, 20));
  arrivals.connecting(BLOCK_ID);
  expect(arrivals.recent(200)).toEqual([]);
});
