import { describe, expect, test } from 'vitest';
import { createClockWatch } from '../../../../main/lib/clock-watch.ts';
import { createClockHealth } from '../../../../main/net/peers/clock-health.ts';
import { createClocks } from '../../../../main/net/peers/clock-offsets.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const MINUTE = 60;
const HOUR = 3600;
const LIMIT = 10 * MINUTE;

function world({ height = 100 } = {}) {
  const clock = turnedClock();
  const watch = createClockWatch({ clock, log: silent, uptime: () => clock.monotonic() / 1000 });
  const clocks = createClocks({ clock, clockWatch: watch, futureLimit: LIMIT });
  const tip = { height, time: clock.now() - 5 } as HeaderEntry;
  const peers: string[] = [];
  const early: number[] = [];
  const health = createClockHealth({
    chain: { tip: () => tip, bestHeader: () => tip },
    params: { futureLimit: LIMIT },
    clock,
    peers: { list: () => peers },
    offset: clocks.offset,
    early: () => early,
  });
  /** A peer whose clock is so many seconds from the right time. */
  const meet = (off = 0, direction: 'inbound' | 'outbound' = 'outbound') => {
    const id = `${peers.length}`;
    peers.push(id);
    clocks.record({ id, direction }, clock.now() + off);
    return id;
  };
  return { clock, clocks, watch, tip, early, health, meet, say: () => health()?.notice.message ?? '' };
}

describe('a clock that is right', () => {
  test('causes no notice', () => {
    const { health, meet, clock } = world();
    expect(health()).toBeNull();
    for (const off of [0, 3, -80]) meet(off);
    expect(health()).toBeNull();
    clock.pass(24 * HOUR * 1000);
    expect(health()).toBeNull();
  });

  test('causes no notice for the block of a miner whose clock is fast', () => {
    const { health, meet, early, clock } = world();
    meet();
    early.push(clock.now() + LIMIT + 300);
    expect(health()).toBeNull();
  });

  test('causes no notice when few of many peers have blocks from the future', () => {
    const { health, meet, early, clock } = world();
    for (let i = 0; i < 3; i++) meet(-100);
    early.push(clock.now() + LIMIT + 300);
    expect(health()?.holdsBlocks ?? false).toBe(false);
  });

  test('causes no notice by inbound peers while an outbound one agrees', () => {
    const { health, meet } = world();
    for (let i = 0; i < 50; i++) meet(6 * HOUR, 'inbound');
    meet(0, 'outbound');
    expect(health()).toBeNull();
  });
});

describe('without any peer', () => {
  test.each([
    ['1970', -1_800_000_000 + 86_400],
    ['a day before the network began', -24 * HOUR],
    ['3 hours before', -3 * HOUR],
  ])('%s is before genesis', (_what, seconds) => {
    const { health, clock, say } = world({ height: 0 });
    clock.shift(seconds);
    expect(health()).toMatchObject({ holdsBlocks: true, wastesMining: true });
    expect(say()).toContain('before this network began (2027-01-15)');
    expect(say()).toContain('Turn on automatic date and time');
  });

  test.each([
    [-15 * MINUTE, 'at least 5 minutes behind'],
    [-3 * HOUR, 'at least 3 hours behind'],
    [-24 * HOUR, 'at least 24 hours behind'],
  ])('%i seconds from the right time is behind the newest block', (seconds, words) => {
    const { health, clock, say } = world();
    clock.shift(seconds);
    expect(health()).toMatchObject({ holdsBlocks: true, wastesMining: true });
    expect(say()).toContain(words);
    clock.shift(-seconds);
    expect(health()).toBeNull();
  });

  test('a clock that is ahead, or a few minutes behind, cannot be detected', () => {
    const { health, clock } = world();
    clock.shift(3 * HOUR);
    expect(health()).toBeNull();
    clock.shift(-3 * HOUR - 5 * MINUTE);
    expect(health()).toBeNull();
  });
});

describe.each([1, 2, 3, 8])('with %i peers', (count) => {
  test.each([-24 * HOUR, -6 * HOUR, -3 * HOUR, -10 * MINUTE, 10 * MINUTE, 3 * HOUR, 6 * HOUR, 24 * HOUR])(
    'a clock that is set by %i seconds while it runs is named at once, and nothing is said once it is right',
    (seconds) => {
      const { health, clock, meet, say } = world();
      for (let i = 0; i < count; i++) meet();
      clock.pass(7_000_000);
      clock.shift(seconds);
      expect(health()?.notice.code).toBe('clock-wrong');
      expect(say()).toContain(seconds > 0 ? ' ahead of ' : ' behind');
      clock.shift(-seconds);
      expect(health()).toBeNull();
    },
  );

  test('a clock that was wrong from the start is named', () => {
    const { health, meet, say, clock } = world();
    for (let i = 0; i < count; i++) meet(15 * MINUTE);
    expect(say()).toContain('15 minutes behind');
    // Its blocks are taken by all, so it may mine until peers have blocks that it can't take.
    expect(health()).toMatchObject({ holdsBlocks: false, wastesMining: false });
    clock.pass(1000);
  });

  test('blocks from the future that the peers have stop mining', () => {
    const { health, meet, early, clock, say } = world();
    for (let i = 0; i < count; i++) meet(15 * MINUTE);
    for (let i = 0; i < Math.ceil(count / 2); i++) early.push(clock.now() + 15 * MINUTE);
    expect(health()).toMatchObject({ holdsBlocks: true, wastesMining: true });
    expect(say()).toContain('15 minutes behind');
    expect(say()).toContain('newer blocks');
    // They are due by now.
    clock.pass(6 * MINUTE * 1000);
    expect(health()).toMatchObject({ holdsBlocks: false });
  });

  test('a clock so far ahead that its blocks would be refused stops mining, a smaller difference does not', () => {
    const { health, meet, clock } = world();
    for (let i = 0; i < count; i++) meet();
    clock.shift(9 * MINUTE);
    expect(health()).toMatchObject({ wastesMining: false });
    clock.shift(2 * MINUTE);
    expect(health()).toMatchObject({ wastesMining: true, holdsBlocks: false });
  });
});

test('of two peers that differ, the one that agrees with this node counts', () => {
  const { health, meet } = world();
  meet(0);
  meet(3 * HOUR);
  expect(health()).toBeNull();
  const other = world();
  other.meet(-3 * HOUR);
  other.meet(0);
  expect(other.health()).toBeNull();
});

test('blocks from the future stop mining on a node that knows no clock of a peer', () => {
  const { health, clocks, meet, early, clock, say } = world();
  clocks.forget(meet());
  early.push(clock.now() + 15 * MINUTE);
  expect(health()).toMatchObject({ holdsBlocks: true });
  expect(say()).toContain('at least 5 minutes behind: the connected node has newer blocks');
});

test('a peer whose clock was set since no longer counts', () => {
  const { health, clocks, meet, clock } = world();
  const id = meet(-15 * MINUTE);
  expect(health()?.wastesMining).toBe(true);
  clocks.accepted(id, clock.now() - 6 * MINUTE);
  expect(health()?.wastesMining).toBe(true);
  // With the clock that it told it would not have taken this one yet.
  clocks.accepted(id, clock.now());
  expect(health()).toBeNull();
});

test('a suspension of the computer does not count as a clock that is ahead', () => {
  const clock = turnedClock();
  let asleep = 0;
  const watch = createClockWatch({ clock, log: silent, uptime: () => clock.monotonic() / 1000 + asleep });
  const clocks = createClocks({ clock, clockWatch: watch, futureLimit: LIMIT });
  clocks.record({ id: 'a', direction: 'outbound' }, clock.now());
  asleep = 8 * HOUR;
  clock.shift(8 * HOUR);
  watch.check();
  expect(clocks.offset()).toEqual({ seconds: 0, peers: 1 });
});
