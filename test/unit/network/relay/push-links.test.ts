import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPushLinks } from '../../../../main/network/relay/blocks/push-links.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function links() {
  const told: [string, boolean][] = [];
  const clock = { now: () => Math.floor(Date.now() / 1000), ms: () => Date.now() };
  return { told, ...createPushLinks({ clock, tell: (id, wanted) => void told.push([id, wanted]) }) };
}

test('the first is asked at once, another one between two blocks', () => {
  const { told, follow, all } = links();
  follow('a');
  follow('b');
  expect([...all()]).toEqual(['a']);
  vi.advanceTimersByTime(1001);
  expect(told).toEqual([
    ['a', true],
    ['a', false],
    ['b', true],
  ]);
});

test('nobody who has left is chosen', () => {
  const { follow, forget, source } = links();
  follow('a');
  follow('b');
  forget('b');
  vi.advanceTimersByTime(1001);
  expect(source()).toBe('a');
});

test('who kept a block back is not asked again, not even when it comes back', () => {
  const { follow, shun, forget, source } = links();
  follow('a');
  shun('a');
  forget('a');
  follow('a');
  expect(source()).toBeNull();
  vi.advanceTimersByTime(10 * 60_000);
  follow('a');
  expect(source()).toBe('a');
});

test('blocks go to no more than 32 that ask', () => {
  const { asked, all } = links();
  for (let i = 0; i < 40; i++) asked(String(i), true);
  expect(all().size).toBe(32);
});
