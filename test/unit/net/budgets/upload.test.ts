import { describe, expect, test } from 'vitest';
import { createUpload } from '../../../../main/net/budgets/upload.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const LIMIT = 100_000;

describe('with an upload limit', () => {
  test('answers wait when one second of it is used up, until it has refilled', () => {
    const clock = turnedClock();
    const upload = createUpload(LIMIT, clock.monotonic);
    expect(upload.wait()).toBe(0);
    upload.granted(LIMIT + LIMIT / 2);
    expect(upload.wait()).toBeGreaterThanOrEqual(500);
    clock.pass(upload.wait());
    expect(upload.wait()).toBe(0);
  });

  test('bytes of answers are charged once, when they are granted and not again at the socket', () => {
    const clock = turnedClock();
    const upload = createUpload(LIMIT, clock.monotonic);
    upload.granted(LIMIT - 1000);
    upload.sent(LIMIT - 1000);
    expect(upload.wait()).toBe(0);
    // What is around them, and what nobody asked for, is charged as it goes.
    upload.sent(1500);
    expect(upload.wait()).toBeGreaterThan(0);
  });

  test('traffic that never waits makes answers wait for it', () => {
    const clock = turnedClock();
    const upload = createUpload(LIMIT, clock.monotonic);
    upload.sent(3 * LIMIT);
    expect(upload.wait()).toBeGreaterThanOrEqual(2000);
  });
});

test('a limit that the user sets or removes applies at once', () => {
  const clock = turnedClock();
  const upload = createUpload(null, clock.monotonic);
  upload.limitTo(LIMIT);
  upload.granted(2 * LIMIT);
  expect(upload.limit).toBe(LIMIT);
  expect(upload.wait()).toBeGreaterThanOrEqual(1000);
  upload.limitTo(null);
  expect([upload.wait(), upload.limit]).toEqual([0, null]);
});

test('without a limit no answer waits, and bytes are still counted', () => {
  const clock = turnedClock();
  const upload = createUpload(null, clock.monotonic);
  upload.granted(1e9);
  upload.sent(1e9);
  expect([upload.wait(), upload.total, upload.limit]).toEqual([0, 1e9, null]);
});

test('the rate is that of the last seconds', () => {
  const clock = turnedClock();
  const upload = createUpload(null, clock.monotonic);
  for (let i = 0; i < 100; i++) {
    clock.pass(100);
    upload.sent(1000);
  }
  expect(upload.rate()).toBeGreaterThan(9000);
  expect(upload.rate()).toBeLessThan(11_000);
  clock.pass(20_000);
  expect(upload.rate()).toBe(0);
});
