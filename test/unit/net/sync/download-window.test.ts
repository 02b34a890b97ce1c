import { describe, expect, test } from 'vitest';
import { createRequestTimeouts } from '../../../../main/net/sync/request-timeouts.ts';
import { createRate } from '../../../../main/net/sync/sync-rate.ts';
import { createWindow, MOST_ASKED } from '../../../../main/net/sync/download-window.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const entry = (id: string, height: number) => ({ id, height, work: BigInt(height) }) as HeaderEntry;
const entries = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(`b${from + i}`, from + i));
const all = () => true;

describe('the window of blocks on their way', () => {
  test('gives the lowest wanted, and hands out in order only', () => {
    const window = createWindow();
    window.plan(entries(1, 10));
    const first = window.wanted(3, all);
    expect(first.map((slot) => slot.entry.id)).toEqual(['b1', 'b2', 'b3']);
    window.asked(first, 'p', 0);
    expect(window.wanted(2, all).map((slot) => slot.entry.id)).toEqual(['b4', 'b5']);
    expect(window.fill('b2', new Uint8Array(5), 'p')).toBe(true);
    expect(window.shift()).toBeNull();
    window.fill('b1', new Uint8Array(5), 'p');
    expect([window.shift()!.entry.id, window.shift()!.entry.id, window.shift()]).toEqual(['b1', 'b2', null]);
  });

  test('keeps what is here when the plan grows, and drops what fell out of it', () => {
    const window = createWindow();
    window.plan(entries(1, 4));
    window.fill('b2', new Uint8Array(100), 'p');
    window.asked(window.wanted(1, all), 'p', 0);
    window.plan([entry('b1', 1), entry('b2', 2), entry('c3', 3)]);
    expect(window.get('b2')!.state).toBe('here');
    expect(window.get('b1')!.state).toBe('asked');
    expect(window.get('b3')).toBeUndefined();
    expect(window.fill('b3', new Uint8Array(1), 'p')).toBe(false);
    window.plan([]);
    expect(window.bytes()).toBe(0);
  });

  test('wants again what a peer owes, and nothing else', () => {
    const window = createWindow();
    window.plan(entries(1, 6));
    window.asked(window.wanted(2, all), 'slow', 0);
    window.asked(window.wanted(2, all), 'quick', 0);
    window.fill('b1', new Uint8Array(3), 'slow');
    window.release('slow');
    expect(window.slots.map((slot) => slot.state)).toEqual([
      'here',
      'wanted',
      'asked',
      'asked',
      'wanted',
      'wanted',
    ]);
    window.unask('b3');
    expect(window.get('b3')!.state).toBe('wanted');
  });

  test('counts bytes that are here and guesses those that were asked for', () => {
    const window = createWindow();
    window.plan(entries(1, 40));
    window.asked(window.wanted(10, all), 'p', 0);
    const guess = window.bytes();
    expect(guess).toBeGreaterThan(0);
    for (let i = 1; i <= 10; i++) window.fill(`b${i}`, new Uint8Array(100_000), 'p');
    expect(window.bytes()).toBe(1_000_000);
    window.asked(window.wanted(10, all), 'p', 0);
    expect(window.bytes() - 1_000_000).toBeGreaterThan(guess * 5);
    for (let i = 0; i < 10; i++) window.shift();
    window.release('p');
    expect(window.bytes()).toBe(0);
  });
});

test('never more is asked for at once than memory could take if all were full', () => {
  const window = createWindow();
  window.plan(entries(1, 1000));
  for (let n = 0; n < 40; n++) window.asked(window.wanted(16, all), `p${n}`, 0);
  expect(window.slots.filter(({ state }) => state === 'asked')).toHaveLength(MOST_ASKED);
  window.release('p0');
  expect(window.wanted(100, all)).toHaveLength(16);
});

test('the timeout doubles from 2 s to 64 s and returns with success', () => {
  const timeouts = createRequestTimeouts();
  const seen = Array.from({ length: 7 }, () => (timeouts.stalled(), timeouts.ms()));
  expect(seen).toEqual([4000, 8000, 16_000, 32_000, 64_000, 64_000, 64_000]);
  for (let i = 0; i < 100; i++) timeouts.succeeded();
  expect(timeouts.ms()).toBe(2000);
});

test('the rate says nothing before it knows something', () => {
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
