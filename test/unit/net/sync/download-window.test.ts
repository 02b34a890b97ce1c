import { describe, expect, test } from 'vitest';
import { createRequestTimeouts } from '../../../../main/net/sync/request-timeouts.ts';
import { createRate } from '../../../../main/net/sync/sync-rate.ts';
import { createBlocksInFlight } from '../../../../main/net/sync/blocks-in-flight.ts';
import { createWindow } from '../../../../main/net/sync/download-window.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const entry = (id: string, height: number) => ({ id, height, work: BigInt(height) }) as HeaderEntry;
const entries = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(`b${from + i}`, from + i));
const all = () => true;
const idsOf = (some: readonly HeaderEntry[]) => some.map(({ id }) => id);

function emptyWindow() {
  const chain = { submitBlock: () => new Promise<never>(() => {}) };
  const inFlight = createBlocksInFlight({ chain, clock: turnedClock(), log: silent });
  const window = createWindow(inFlight);
  /** Requests the next blocks from this peer; returns their ids. */
  const request = (peer: string, count: number) => {
    const ids = idsOf(window.wanted(count, all));
    return { ids, ...inFlight.request(peer, ids, 'best-chain') };
  };
  const receive = (id: string, bytes = 5) => inFlight.receive(id, new Uint8Array(bytes), 'p', 'best-chain');
  const states = () => window.entries.map(({ id }) => inFlight.stateOf(id));
  return { inFlight, window, request, receive, states };
}

describe('the download window', () => {
  test('offers the lowest blocks first and returns received ones in order only', () => {
    const { window, request, receive } = emptyWindow();
    window.plan(entries(1, 10));
    expect(request('p', 3).ids).toEqual(['b1', 'b2', 'b3']);
    expect(idsOf(window.wanted(2, all))).toEqual(['b4', 'b5']);
    receive('b2');
    expect(window.shift()).toBeNull();
    receive('b1');
    expect([window.shift()?.id, window.shift()?.id, window.shift()]).toEqual(['b1', 'b2', null]);
  });

  test('offers a block again that was released, also below blocks in flight', () => {
    const { inFlight, window, request } = emptyWindow();
    window.plan(entries(1, 10));
    request('p', 5);
    expect(idsOf(window.wanted(1, all))).toEqual(['b6']);
    inFlight.release('b2', 'p');
    expect(idsOf(window.wanted(2, all))).toEqual(['b2', 'b6']);
  });

  test('keeps received blocks when the plan grows, and drops those that are no longer planned', () => {
    const { inFlight, window, request, receive } = emptyWindow();
    window.plan(entries(1, 4));
    receive('b2', 100);
    request('p', 1);
    receive('b4', 100);
    window.plan([entry('b1', 1), entry('b2', 2), entry('c3', 3)]);
    expect(['b1', 'b2', 'b3', 'b4'].map(inFlight.stateOf)).toEqual(['requested', 'received', null, null]);
    window.plan([]);
    expect([inFlight.bytes(), inFlight.isIdle()]).toEqual([0, true]);
  });

  test('does not offer a block that a side branch downloads', () => {
    const { inFlight, window } = emptyWindow();
    inFlight.request('q', ['b1'], 'side-branch');
    window.plan(entries(1, 2));
    expect(idsOf(window.wanted(5, all))).toEqual(['b2']);
    window.plan([]);
    expect(inFlight.stateOf('b1')).toBe('requested');
  });
});

test('the timeout doubles from 2 s to 64 s and returns with success', () => {
  const timeouts = createRequestTimeouts();
  const seen = Array.from({ length: 7 }, () => (timeouts.stalled(), timeouts.ms()));
  expect(seen).toEqual([4000, 8000, 16_000, 32_000, 64_000, 64_000, 64_000]);
  for (let i = 0; i < 100; i++) timeouts.succeeded();
  expect(timeouts.ms()).toBe(2000);
});

test('the rate is null before the first measurement', () => {
  const clock = turnedClock();
  const rate = createRate(clock.monotonic);
  expect(rate.now()).toBeNull();
  for (let i = 0; i < 100; i++) {
    rate.add(1000);
    clock.pass(100);
  }
  expect(rate.now()!.blocksPerSecond).toBeCloseTo(10, 0);
  expect(rate.now()!.bytesPerSecond).toBeCloseTo(10_000, -3);
  clock.pass(60_000);
  expect(rate.now()).toBeNull();
});
