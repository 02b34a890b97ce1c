import { expect, test } from 'vitest';
import { createSessions } from '../../../../main/wallet/secrets/sessions.ts';
import { turnedClock } from '../../../support/test-clock.ts';

function sessions() {
  const clock = turnedClock();
  let asleepMs = 0;
  const wiped: string[] = [];
  const locked: string[] = [];
  const all = createSessions({
    clock,
    locked: (id) => void locked.push(id),
    elapsedMs: () => clock.monotonic() + asleepMs,
  });
  return {
    ...all,
    clock,
    locked,
    wiped,
    open: (id: string, seconds: number | null) =>
      all.unlock(id, { wipe: () => void wiped.push(id) } as never, seconds),
    /** Timers stand still meanwhile. */
    sleep(seconds: number) {
      asleepMs += seconds * 1000;
      all.onResume();
    },
  };
}

test('a wallet is locked in time although the computer was suspended meanwhile', () => {
  const { open, sleep, locked, wiped, isUnlocked, clock } = sessions();
  open('a', 900);
  open('b', 86_400);
  sleep(8 * 3600);
  expect([locked, wiped, isUnlocked('a'), isUnlocked('b')]).toEqual([['a'], ['a'], false, true]);
  clock.pass(16 * 3600 * 1000 - 1000);
  expect(isUnlocked('b')).toBe(true);
  clock.pass(1000);
  expect([locked, isUnlocked('b')]).toEqual([['a', 'b'], false]);
});

test('setting the wall clock neither locks a wallet nor keeps it open', () => {
  const { open, isUnlocked, onResume, clock } = sessions();
  open('a', 900);
  clock.shift(86_400);
  onResume();
  clock.pass(899_000);
  expect(isUnlocked('a')).toBe(true);
  clock.shift(-2 * 86_400);
  clock.pass(1000);
  expect(isUnlocked('a')).toBe(false);
});

test('a wallet without a time stays unlocked, over sleep too, until it is locked', () => {
  const { open, sleep, lock, wiped, isUnlocked, clock } = sessions();
  open('a', null);
  clock.pass(40 * 86_400_000);
  sleep(40 * 86_400);
  expect([isUnlocked('a'), wiped]).toEqual([true, []]);
  lock('a');
  expect([isUnlocked('a'), wiped]).toEqual([false, ['a']]);
});

test('keys that arrive after the end, unlocked or held, are wiped immediately', () => {
  const { open, hold, close, wiped, isUnlocked, derivationSecrets } = sessions();
  close();
  open('a', 900);
  hold('b', { wipe: () => void wiped.push('b') } as never);
  expect(wiped).toEqual(['a', 'b']);
  expect([isUnlocked('a'), derivationSecrets('a'), derivationSecrets('b')]).toEqual([false, null, null]);
});
