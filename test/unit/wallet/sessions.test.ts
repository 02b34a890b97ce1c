import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSessions } from '../../../main/wallet/sessions.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function sessions() {
  let asleepMs = 0;
  const wiped: string[] = [];
  const locked: string[] = [];
  const all = createSessions({
    locked: (id) => void locked.push(id),
    elapsedMs: () => performance.now() + asleepMs,
  });
  return {
    ...all,
    locked,
    wiped,
    open: (id: string, seconds: number) =>
      all.unlock(id, { wipe: () => void wiped.push(id) } as never, seconds),
    /** Timers stand still meanwhile. */
    sleep(seconds: number) {
      asleepMs += seconds * 1000;
      all.woke();
    },
  };
}

test('a wallet is locked in time although the computer slept meanwhile', () => {
  const { open, sleep, locked, wiped, isUnlocked } = sessions();
  open('a', 900);
  open('b', 86_400);
  sleep(8 * 3600);
  expect([locked, wiped, isUnlocked('a'), isUnlocked('b')]).toEqual([['a'], ['a'], false, true]);
  vi.advanceTimersByTime(16 * 3600 * 1000 - 1000);
  expect(isUnlocked('b')).toBe(true);
  vi.advanceTimersByTime(1000);
  expect([locked, isUnlocked('b')]).toEqual([['a', 'b'], false]);
});

test('setting the wall clock neither locks a wallet nor keeps it open', () => {
  const { open, isUnlocked, woke } = sessions();
  open('a', 900);
  const right = Date.now();
  vi.setSystemTime(right + 86_400_000);
  woke();
  vi.advanceTimersByTime(899_000);
  expect(isUnlocked('a')).toBe(true);
  vi.setSystemTime(right - 86_400_000);
  vi.advanceTimersByTime(1000);
  expect(isUnlocked('a')).toBe(false);
});
