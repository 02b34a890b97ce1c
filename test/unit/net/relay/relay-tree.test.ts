import { systemClock } from '../../../../main/lib/clock.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sourceOf } from '../../../../main/net/transport/pool-source.ts';
import { createPushLinks, PUSHED_TO } from '../../../../main/net/relay/relay-tree.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function links() {
  const told: [string, boolean][] = [];
  const clock = { ...systemClock, monotonic: () => Date.now() };
  const made = createPushLinks({
    clock,
    sendWant: (id, wanted) => void told.push([id, wanted]),
    // A name such as `a@11.1.0.1` tells where the peer is.
    sourceOf: (id) => sourceOf(`/ip4/${id.split('@')[1] ?? '127.0.0.1'}/tcp/1`),
  });
  return { told, ...made };
}

test('the first peer is asked immediately, another one between two blocks', () => {
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

test('a disconnected peer is not chosen', () => {
  const { follow, forget, source } = links();
  follow('a');
  follow('b');
  forget('b');
  vi.advanceTimersByTime(1001);
  expect(source()).toBe('a');
});

test('a peer that withheld a block is not asked again, not even after it reconnects', () => {
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

test('blocks are pushed to at most 32 peers that ask, always including the newest', () => {
  const { asked, all } = links();
  for (let i = 0; i < 40; i++) asked(`${i}@11.${i}.0.1`, true);
  expect([...all()]).toEqual(Array.from({ length: 32 }, (_, i) => `${i + 8}@11.${i + 8}.0.1`));
});

test('peers of one host or network that ask do not displace other peers', () => {
  const { asked, all } = links();
  for (let i = 0; i < 20; i++) asked(`honest${i}@12.${i}.0.1`, true);
  for (let i = 0; i < 40; i++) asked(`host${i}@11.1.0.1`, true);
  for (let i = 0; i < 40; i++) asked(`net${i}@11.1.${i + 1}.1`, true);
  const left = [...all()];
  expect(left.filter((id) => id.startsWith('honest'))).toHaveLength(20);
  expect(left).toHaveLength(20 + PUSHED_TO.perGroup);
  asked('net39@11.1.40.1', false);
  expect(all().size).toBe(27);
});
