import { describe, expect, test } from 'vitest';
import {
  BASE_VERSION,
  countSignals,
  createDeployments,
  type Deployment,
  type DeploymentState,
  nextStanding,
  signals,
  type VersionView,
} from '../../../../main/core/consensus/deployments.ts';
import { MAIN_NETWORK, REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';

const { params } = REGTEST_NETWORK;
const deployment = (start = 0, timeout: number | null = null, bit = 0): Deployment => ({
  name: 'policy-lock',
  bit,
  start,
  timeout,
});

describe('one step of the machine, at the border of two periods', () => {
  // state, since, signalled, first height of the next period, start, timeout → state, since
  type Row = [DeploymentState, number, number, number, number, number | null, DeploymentState, number];
  const rows: Row[] = [
    ['defined', 0, 0, 20, 0, null, 'started', 20],
    ['defined', 0, 20, 20, 0, null, 'started', 20],
    ['defined', 0, 20, 20, 21, null, 'defined', 0],
    ['defined', 0, 20, 40, 40, null, 'started', 40],
    ['started', 20, 0, 40, 0, null, 'started', 20],
    ['started', 20, 17, 40, 0, null, 'started', 20],
    ['started', 20, 18, 40, 0, null, 'locked-in', 40],
    ['started', 20, 20, 40, 0, null, 'locked-in', 40],
    ['started', 20, 17, 40, 0, 41, 'started', 20],
    ['started', 20, 17, 40, 0, 40, 'failed', 40],
    ['started', 20, 18, 40, 0, 40, 'locked-in', 40],
    ['locked-in', 40, 0, 60, 0, null, 'locked-in', 40],
    ['locked-in', 40, 20, 60, 0, 50, 'locked-in', 40],
    ['locked-in', 40, 0, 80, 0, 50, 'active', 80],
    ['active', 80, 0, 100, 0, 90, 'active', 80],
    ['failed', 40, 20, 60, 0, 40, 'failed', 40],
  ];
  test.each(rows)('%s since %i, %i signals, next %i, start %i, timeout %s: %s since %i', (...row) => {
    const [state, since, signalled, next, start, timeout, expected, from] = row;
    const standing = nextStanding({ state, since }, signalled, next, deployment(start, timeout), params);
    expect(standing).toEqual({ state: expected, since: from });
  });
});

test('a version signals only under the top bits 001', () => {
  expect(signals(BASE_VERSION | 1, 0)).toBe(true);
  expect(signals(BASE_VERSION, 0)).toBe(false);
  expect(signals((BASE_VERSION | (1 << 28)) >>> 0, 28)).toBe(true);
  for (const top of [0b000, 0b010, 0b011, 0b100, 0b101, 0b110, 0b111])
    expect(signals(((top << 29) | 1) >>> 0, 0), `top bits ${top}`).toBe(false);
});

interface Entry extends VersionView {
  readonly prev: Entry | null;
}

const genesis: Entry = { height: 0, version: 0, prev: null };
const YES = BASE_VERSION | 1;

/** Blocks on another, of which the first `signalling` signal. */
function grow(on: Entry, count: number, signalling = 0): Entry {
  let at = on;
  for (let i = 0; i < count; i++)
    at = { height: at.height + 1, version: i < signalling ? YES : BASE_VERSION, prev: at };
  return at;
}

const ancestorAt = (entry: Entry, height: number): Entry => {
  let at = entry;
  while (at.height > height) at = at.prev!;
  return at;
};

const machine = (...all: Deployment[]) => createDeployments<Entry>(all, params, ancestorAt);

describe('along a chain', () => {
  const rule = deployment();
  const stateAfter = (tip: Entry) => machine(rule).stateAfter(tip, rule);

  test('from defined to active, each state from the first block of a period on', () => {
    const started = grow(genesis, 19);
    expect(stateAfter(ancestorAt(started, 18)).state).toBe('defined');
    expect(stateAfter(started)).toEqual({ state: 'started', since: 20 });
    const lockedIn = grow(started, 20, 18);
    expect(stateAfter(ancestorAt(lockedIn, 38)).state).toBe('started');
    expect(stateAfter(lockedIn)).toEqual({ state: 'locked-in', since: 40 });
    const active = grow(lockedIn, 40);
    expect(stateAfter(ancestorAt(active, 78)).state).toBe('locked-in');
    expect(stateAfter(active)).toEqual({ state: 'active', since: 80 });
    expect(stateAfter(grow(active, 1000))).toEqual({ state: 'active', since: 80 });
  });

  test('signals count within a period only, not across two', () => {
    const started = grow(genesis, 19);
    // Twenty in a row, ten on either side of the border.
    const across = grow(grow(grow(started, 10), 20, 20), 10);
    expect(countSignals(ancestorAt(across, 49), 20, 0)).toBe(20);
    expect(stateAfter(across)).toEqual({ state: 'started', since: 20 });
  });

  test('signals before the start do not count', () => {
    const late = deployment(40);
    const tip = grow(genesis, 39, 39);
    expect(machine(late).stateAfter(tip, late)).toEqual({ state: 'started', since: 40 });
  });

  test('it fails at its timeout and stays so', () => {
    const mortal = deployment(0, 60);
    const tip = grow(genesis, 59);
    expect(machine(mortal).stateAfter(tip, mortal)).toEqual({ state: 'failed', since: 60 });
    expect(machine(mortal).stateAfter(grow(tip, 60, 60), mortal)).toEqual({ state: 'failed', since: 60 });
  });

  test('each branch has its own state, and the cache keeps them apart', () => {
    const both = machine(rule);
    const started = grow(genesis, 19);
    const yes = grow(started, 20, 20);
    const no = grow(started, 20, 17);
    for (let again = 0; again < 2; again++) {
      expect(both.stateAfter(yes, rule).state).toBe('locked-in');
      expect(both.stateAfter(no, rule).state).toBe('started');
      expect(both.stateAfter(grow(yes, 40), rule).state).toBe('active');
      expect(both.stateAfter(grow(no, 40, 40), rule).state).toBe('locked-in');
    }
  });

  test('the order of queries does not change the results', () => {
    const tip = grow(grow(genesis, 19), 500, 40);
    const heights = Array.from({ length: 520 }, (_, height) => height);
    const fresh = heights.map((height) => machine(rule).stateAfter(ancestorAt(tip, height), rule));
    const one = machine(rule);
    expect(heights.map((height) => one.stateAfter(ancestorAt(tip, height), rule))).toEqual(fresh);
    const back = machine(rule);
    expect(heights.toReversed().map((height) => back.stateAfter(ancestorAt(tip, height), rule))).toEqual(
      fresh.toReversed(),
    );
  });
});

test('a miner signals exactly the deployments that have started or locked in', () => {
  const [soon, late, high] = [deployment(0, null, 0), deployment(100, null, 5), deployment(0, null, 28)];
  const all = machine(soon, late, high);
  expect(all.versionAfter(grow(genesis, 18))).toBe(BASE_VERSION);
  const started = grow(genesis, 19);
  expect(all.versionAfter(started)).toBe((BASE_VERSION | 1 | (1 << 28)) >>> 0);
  const lockedIn = grow(started, 20, 20);
  expect(all.stateAfter(lockedIn, soon).state).toBe('locked-in');
  expect(all.versionAfter(lockedIn)).toBe((BASE_VERSION | 1 | (1 << 28)) >>> 0);
  const active = grow(lockedIn, 60);
  expect(all.versionAfter(active)).toBe((BASE_VERSION | (1 << 5) | (1 << 28)) >>> 0);
});

test('main requires signals in nine of ten blocks of a week', () => {
  const { bitsPeriod, bitsThreshold, spacing } = MAIN_NETWORK.params;
  expect(bitsPeriod * spacing).toBe(7 * 24 * 3600);
  expect(bitsThreshold / bitsPeriod).toBe(0.9);
});
