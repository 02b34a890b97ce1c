import { expect, test } from 'vitest';
import { createAlarm } from '../../../main/lib/alarm.ts';
import { abortAfter } from '../../../main/lib/clock.ts';
import { numberBelow, systemRandom } from '../../../main/lib/random.ts';
import { turnedClock } from '../../support/test-clock.ts';

test('an alarm fires once, at the earliest moment that was requested', () => {
  const clock = turnedClock();
  const rang: number[] = [];
  const alarm = createAlarm(clock, () => rang.push(clock.monotonic()));
  alarm.scheduleBy(500);
  alarm.scheduleBy(200);
  alarm.scheduleBy(900);
  alarm.scheduleBy(Infinity);
  clock.pass(2000);
  expect(rang).toEqual([200]);
});

test('an alarm that requests the next moment while it fires continues, and a stopped one does not fire', () => {
  const clock = turnedClock();
  const rang: number[] = [];
  const alarm = createAlarm(clock, () => {
    rang.push(clock.monotonic());
    alarm.scheduleBy(clock.monotonic() + 100);
  });
  alarm.scheduleBy(0);
  clock.pass(250);
  expect(rang).toEqual([0, 100, 200]);
  alarm.stop();
  clock.pass(1000);
  expect(rang).toEqual([0, 100, 200]);
});

test('a signal aborts after its time, with the reason of a timeout', () => {
  const clock = turnedClock();
  const signal = abortAfter(clock, 1000);
  clock.pass(999);
  expect(signal.aborted).toBe(false);
  clock.pass(1);
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test('random numbers are at least 0 and below 1, and all values below a bound come up', () => {
  const drawn = Array.from({ length: 1000 }, () => systemRandom.number());
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  const below = new Set(Array.from({ length: 1000 }, () => numberBelow(systemRandom, 4)));
  expect([...below].sort()).toEqual([0, 1, 2, 3]);
  expect(systemRandom.bytes(32)).toHaveLength(32);
});
