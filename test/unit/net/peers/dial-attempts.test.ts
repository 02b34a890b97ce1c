import { expect, test } from 'vitest';
import { createDialAttempts } from '../../../../main/net/peers/dial-attempts.ts';
import { createRandom } from '../../../support/random.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const ADDRESS = '/ip4/20.1.0.1/tcp/4000';

function world() {
  const clock = turnedClock();
  return { clock, attempts: createDialAttempts({ clock, random: createRandom(1) }) };
}

test('an address that was never tried may be dialled, and nothing is due', () => {
  const { attempts } = world();
  expect([attempts.isPausing(ADDRESS), attempts.next()]).toEqual([false, Infinity]);
});

test('the pause after a failure ends at the next due moment', () => {
  const { clock, attempts } = world();
  attempts.failed(ADDRESS, 15_000, false);
  const next = attempts.next();
  expect(attempts.isPausing(ADDRESS)).toBe(true);
  clock.pass(next - clock.monotonic());
  expect([attempts.isPausing(ADDRESS), attempts.next()]).toEqual([false, Infinity]);
});

test('pauses double up to the longest, with a random quarter more or less', () => {
  const { clock, attempts } = world();
  const pauses = Array.from({ length: 8 }, () => {
    attempts.failed(ADDRESS, 15_000, false);
    const pause = attempts.next() - clock.monotonic();
    clock.pass(pause);
    return pause;
  });
  const expected = [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000];
  expect(pauses.map((pause, i) => Math.abs(pause / expected[i]! - 1) <= 0.25)).toEqual(Array(8).fill(true));
});

test('a permanent error has the longest pause immediately', () => {
  const { clock, attempts } = world();
  attempts.failed(ADDRESS, 600_000, true);
  clock.pass(400_000);
  expect(attempts.isPausing(ADDRESS)).toBe(true);
});

test('a peer that the user removed is not dialled at any address until it is admitted again', () => {
  const { clock, attempts } = world();
  attempts.shun('peer', 600_000);
  expect([attempts.isShunned('peer'), attempts.next()]).toEqual([true, 600_000]);
  attempts.readmit('peer');
  expect([attempts.isShunned('peer'), attempts.next()]).toEqual([false, Infinity]);
  attempts.shun('peer', 600_000);
  clock.pass(600_000);
  expect(attempts.isShunned('peer')).toBe(false);
});

test('the addresses at which a peer answered pause when its connection ends', () => {
  const { attempts } = world();
  attempts.answered(ADDRESS, 'peer');
  expect(attempts.peerAt(ADDRESS)).toBe('peer');
  attempts.pause('peer', 500);
  expect(attempts.isPausing(ADDRESS)).toBe(true);
});

test('of more than a thousand addresses those that were tried long ago are forgotten, unless their peer is connected', () => {
  const { clock, attempts } = world();
  const addressOf = (n: number) => `/ip4/20.1.${n >> 8}.${n & 255}/tcp/4000`;
  for (let n = 0; n < 1500; n++) {
    attempts.answered(addressOf(n), `peer ${n}`);
    attempts.failed(addressOf(n), 1000, false);
  }
  attempts.prune(() => false);
  expect(attempts.peerAt(addressOf(0))).toBe('peer 0');
  clock.pass(700_000);
  attempts.prune((peerId) => peerId === 'peer 0');
  expect(attempts.peerAt(addressOf(0))).toBe('peer 0');
  expect(attempts.peerAt(addressOf(1))).toBeNull();
});
