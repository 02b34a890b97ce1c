import { expect, test } from 'vitest';
import { createDeadline } from '../../../../main/net/protocol/deadline.ts';
import { turnedClock } from '../../../support/test-clock.ts';

test('a deadline calls back once, when its time has passed', () => {
  const clock = turnedClock();
  let calls = 0;
  createDeadline(clock, 10_000, () => calls++);
  clock.pass(9999);
  expect(calls).toBe(0);
  clock.pass(1);
  expect(calls).toBe(1);
  clock.pass(60_000);
  expect(calls).toBe(1);
});

test('a deadline that was cleared never calls back', () => {
  const clock = turnedClock();
  let calls = 0;
  const deadline = createDeadline(clock, 10_000, () => calls++);
  deadline.clear();
  createDeadline(clock, 10_000, () => (calls += 100));
  clock.pass(10_000);
  expect(calls).toBe(100);
});

test('a deadline that fires late, after this process was suspended, is extended by a grace period', () => {
  const clock = turnedClock();
  let suspendedMs = 0;
  const suspended = { after: clock.after, monotonic: () => clock.monotonic() + suspendedMs };
  let calls = 0;
  createDeadline(suspended, 10_000, () => calls++);
  clock.pass(5000);
  suspendedMs = 60_000;
  clock.pass(5000);
  expect(calls).toBe(0);
  clock.pass(4999);
  expect(calls).toBe(0);
  clock.pass(1);
  expect(calls).toBe(1);
});
