import { expect, test } from 'vitest';
import { createRestartLimit } from '../../../main/lib/restart-limit.ts';

test('allows the given number of restarts within the window, and no more', () => {
  const limit = createRestartLimit(3, 60_000, () => 5);
  expect([1, 2, 3, 4].map(() => limit.allows())).toEqual([true, true, true, false]);
});

test('counts only the restarts within the window', () => {
  let now = 0;
  const limit = createRestartLimit(1, 60_000, () => now);
  for (let restart = 0; restart < 5; restart++) {
    expect(limit.allows()).toBe(true);
    now += 60_000;
  }
});

test('begins to count again after it refused one', () => {
  const limit = createRestartLimit(1, 60_000, () => 0);
  expect([1, 2, 3, 4].map(() => limit.allows())).toEqual([true, false, true, false]);
});
