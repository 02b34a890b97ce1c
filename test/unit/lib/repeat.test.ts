import { expect, test } from 'vitest';
import { repeat } from '../../../main/lib/repeat.ts';
import { turnedClock } from '../../support/test-clock.ts';

/** Work that ends when the test says so. */
function heldWork() {
  const ends: (() => void)[] = [];
  return {
    begun: () => ends.length,
    run: () => new Promise<void>((resolve) => ends.push(resolve)),
    end: () => ends.at(-1)!(),
  };
}

test('work that has not ended is not started again', async () => {
  const clock = turnedClock();
  const work = heldWork();
  repeat(clock, 1000, work.run);
  await clock.passing(10_000);
  expect(work.begun()).toBe(1);
});

test('work that has ended is started again at the next interval', async () => {
  const clock = turnedClock();
  const work = heldWork();
  repeat(clock, 1000, work.run);
  await clock.passing(5_000);
  work.end();
  await clock.passing(1000);
  expect(work.begun()).toBe(2);
});

test('work that failed is started again', async () => {
  const clock = turnedClock();
  let begun = 0;
  repeat(clock, 1000, () => {
    begun++;
    return Promise.reject(new Error('no disk'));
  });
  await clock.passing(3000);
  expect(begun).toBe(3);
});

test('after a cancel the run that has begun can be awaited, and none follows', async () => {
  const clock = turnedClock();
  const work = heldWork();
  const repeated = repeat(clock, 1000, work.run);
  await clock.passing(1000);
  repeated.cancel();
  let isIdle = false;
  const idle = repeated.idle().then(() => (isIdle = true));
  await clock.passing(5000);
  expect([work.begun(), isIdle]).toEqual([1, false]);
  work.end();
  await idle;
  await clock.passing(5000);
  expect(work.begun()).toBe(1);
});
