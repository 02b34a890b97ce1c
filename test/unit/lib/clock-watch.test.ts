import { expect, test } from 'vitest';
import { createClockWatch } from '../../../main/lib/clock-watch.ts';
import { silent } from '../../support/chain/test-chain.ts';
import { turnedClock } from '../../support/test-clock.ts';

function watched() {
  const clock = turnedClock();
  let asleep = 0;
  const watch = createClockWatch({ clock, log: silent, uptime: () => clock.monotonic() / 1000 + asleep });
  const heard: [string, number][] = [];
  watch.events.on('jumped', ({ seconds }) => heard.push(['jumped', Math.round(seconds)]));
  watch.events.on('slept', ({ seconds }) => heard.push(['slept', Math.round(seconds)]));
  return {
    clock,
    watch,
    heard,
    /** As Linux does it: the monotonic clock stands still, the wall clock and the uptime go on. */
    sleep(seconds: number) {
      asleep += seconds;
      clock.shift(seconds);
    },
  };
}

const MINUTE = 60;
const HOUR = 3600;

test.each([
  10 * MINUTE,
  -10 * MINUTE,
  3 * HOUR,
  -3 * HOUR,
  6 * HOUR,
  -6 * HOUR,
  24 * HOUR,
  -24 * HOUR,
  5,
  -5,
])('a wall clock that is set by %i seconds is noticed at the next check, and only once', (seconds) => {
  const { clock, watch, heard } = watched();
  for (let i = 0; i < 10; i++) {
    clock.pass(1000);
    watch.check();
  }
  expect(watch.sinceJumpMs()).toBe(Infinity);
  clock.shift(seconds);
  clock.pass(1000);
  watch.check();
  clock.pass(1000);
  watch.check();
  expect(heard).toEqual([['jumped', seconds]]);
  expect(watch.sinceJumpMs()).toBe(1000);
});

test('late timers and readings in whole seconds do not count as a jump', () => {
  const { clock, watch, heard } = watched();
  for (const ms of [1001, 999, 1, 1998, 7, 4999, 1500, 12_345, 250]) {
    clock.pass(ms);
    watch.check();
  }
  expect(heard).toEqual([]);
});

test('a suspended computer emits the suspension, not a set clock', () => {
  const { clock, watch, heard, sleep } = watched();
  clock.pass(1000);
  watch.check();
  sleep(8 * HOUR);
  clock.pass(1000);
  watch.check();
  expect(heard).toEqual([['slept', 8 * HOUR + 1]]);
  expect(watch.elapsedMs()).toBe(clock.monotonic() + 8 * HOUR * 1000);
});

test('a clock that was set during a suspension is distinguished from the suspension', () => {
  const { clock, watch, heard, sleep } = watched();
  sleep(HOUR);
  clock.shift(-6 * HOUR);
  clock.pass(1000);
  watch.check();
  expect(heard).toEqual([
    ['slept', HOUR + 1],
    ['jumped', -6 * HOUR],
  ]);
});

test('a clock that was set is noticed within five seconds without a query', () => {
  const { clock, watch, heard } = watched();
  watch.start();
  clock.shift(HOUR);
  clock.pass(4999);
  expect(heard).toEqual([]);
  clock.pass(1);
  expect(heard).toEqual([['jumped', HOUR]]);
  watch.stop();
});

test('a stopped watch emits no events', () => {
  const { clock, watch, heard } = watched();
  watch.start();
  watch.stop();
  clock.shift(HOUR);
  clock.pass(60_000);
  expect(heard).toEqual([]);
});
