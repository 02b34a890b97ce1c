import { expect, test } from 'vitest';
import { createPaymentSpread } from '../../../../main/net/relay/payment-spread.ts';

/** A clock that stands still unless it is moved. */
function movedClock() {
  let ms = 5_000;
  return { monotonic: () => ms, now: () => 1_700_000_000, move: (by: number) => void (ms += by) };
}

test('a payment that no peer has yet has no times', () => {
  const spread = createPaymentSpread(movedClock(), () => 8, true);
  expect(spread.read()).toEqual({
    startedAt: 1_700_000_000,
    measured: true,
    fetched: 0,
    announced: 0,
    firstAfterMs: null,
    halfAfterMs: null,
    points: [],
  });
});

test('the first peer, and half of the peers that are connected then, have a time', () => {
  const clock = movedClock();
  let connected = 4;
  const spread = createPaymentSpread(clock, () => connected, true);
  clock.move(2_000);
  spread.seen('a', 'fetched', 1);
  expect(spread.read()).toMatchObject({ firstAfterMs: 2_000, halfAfterMs: null });
  connected = 5;
  clock.move(1_000);
  spread.seen('b', 'announced', 2);
  expect(spread.read().halfAfterMs).toBeNull();
  clock.move(1_500);
  spread.seen('c', 'announced', 3);
  clock.move(500);
  spread.seen('d', 'announced', 4);
  expect(spread.read()).toMatchObject({
    fetched: 1,
    announced: 3,
    firstAfterMs: 2_000,
    halfAfterMs: 4_500,
    points: [
      { afterMs: 2_000, peers: 1 },
      { afterMs: 3_000, peers: 2 },
      { afterMs: 4_500, peers: 3 },
      { afterMs: 5_000, peers: 4 },
    ],
  });
});

test('peers that left do not count as half of those that are connected', () => {
  const clock = movedClock();
  const spread = createPaymentSpread(clock, () => 4, true);
  for (const peer of ['a', 'b', 'c']) {
    clock.move(1_000);
    spread.seen(peer, 'announced', 1);
  }
  expect(spread.read()).toMatchObject({ announced: 3, halfAfterMs: null });
  clock.move(1_000);
  // One that was counted before comes back.
  spread.seen('a', 'announced', 2);
  expect(spread.read()).toMatchObject({ announced: 3, halfAfterMs: 4_000 });
});

test('a peer that comes back, or fetches what it announced, is counted once', () => {
  const spread = createPaymentSpread(movedClock(), () => 8, true);
  expect([spread.seen('a', 'announced', 1), spread.seen('a', 'fetched', 1)]).toEqual([true, false]);
  expect(spread.read()).toMatchObject({ fetched: 0, announced: 1 });
});

test('peers that come and go without end fill no memory', () => {
  const clock = movedClock();
  const spread = createPaymentSpread(clock, () => 8, true);
  for (let i = 0; i < 10_000; i++) {
    clock.move(10);
    spread.seen(`peer ${i}`, 'announced', 1);
  }
  const { points, announced } = spread.read();
  expect([points.length <= 32, points[0], points.at(-1), announced]).toEqual([
    true,
    { afterMs: 10, peers: 1 },
    { afterMs: 5_120, peers: 512 },
    512,
  ]);
});

test('times are a measurement only for a new payment that a peer could get at once', () => {
  const measured = (connected: number, isNew: boolean): boolean =>
    createPaymentSpread(movedClock(), () => connected, isNew).read().measured;
  expect(measured(1, true)).toBe(true);
  expect(measured(0, true)).toBe(false);
  expect(measured(1, false)).toBe(false);
});
