import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { waitAtMost } from '../../../main/lib/clock.ts';
import { turnedClock } from '../../support/test-clock.ts';

describe('waitAtMost', () => {
  test('leaves no listener when the work ends first, however often', async () => {
    const clock = turnedClock();
    const { signal } = new AbortController();
    for (let n = 0; n < 20; n++) await waitAtMost(clock, 1000, Promise.resolve(), signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends when the time has passed or the signal aborts, and rejects as the work does', async () => {
    const clock = turnedClock();
    const never = new Promise(() => undefined);
    const late = waitAtMost(clock, 1000, never);
    clock.pass(1000);
    await late;
    const life = new AbortController();
    const stopped = waitAtMost(clock, 1000, never, life.signal);
    life.abort();
    await stopped;
    await waitAtMost(clock, 1000, never, life.signal);
    await expect(waitAtMost(clock, 1000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
