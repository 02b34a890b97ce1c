import { describe, expect, test } from 'vitest';
import { createMiningPause } from '../../../main/net/mining-pause.ts';
import type { ClockVerdict } from '../../../main/net/peers/clock-health.ts';
import type { SyncProgress } from '../../../main/net/sync/sync-progress.ts';
import type { HeaderEntry } from '../../../main/chain/header-entry.ts';
import { turnedClock } from '../../support/test-clock.ts';

const entry = (height: number) => ({ height, work: BigInt(height) }) as HeaderEntry;

function world({ addresses = 0, knownWork = 0n } = {}) {
  const clock = turnedClock();
  const state = { height: 0, headers: 0, phase: 'finding-peers' as SyncProgress['phase'] };
  const peers: string[] = [];
  let verdict: ClockVerdict | null = null;
  let isClosed = false;
  const pause = createMiningPause({
    chain: { tip: () => entry(state.height), bestHeader: () => entry(state.headers) },
    clock,
    spacing: 5,
    knownWork,
    peers: { list: () => peers },
    addresses: () => addresses,
    progress: () => ({ ...state, progress: 0 }) as SyncProgress,
    clockHealth: () => verdict,
    isClosed: () => isClosed,
  });
  return {
    clock,
    peers,
    at: (height: number, headers: number, phase: SyncProgress['phase']) =>
      Object.assign(state, { height, headers, phase }),
    accuse: (wastesMining: boolean) =>
      (verdict = {
        notice: { code: 'clock-wrong', message: 'The clock is wrong.' },
        holdsBlocks: false,
        wastesMining,
      }),
    close: (closed: boolean) => (isClosed = closed),
    code: () => pause.reason()?.code ?? null,
    reason: pause.reason,
    pass(seconds: number) {
      for (let i = 0; i < seconds; i += 2) {
        clock.pass(2000);
        pause.check();
      }
    },
  };
}

describe('a node without peers', () => {
  test('mines immediately where no other node is known: the first of a new network, a demo, regtest', () => {
    const { code, at } = world();
    expect(code()).toBeNull();
    at(500, 500, 'finding-peers');
    expect(code()).toBeNull();
  });

  test('waits for a first peer where addresses are known, and mines alone when no peer answers', () => {
    const { code, pass } = world({ addresses: 3 });
    expect(code()).toBe('peers-awaited');
    pass(28);
    expect(code()).toBe('peers-awaited');
    pass(4);
    expect(code()).toBeNull();
  });

  test('continues mining at the tip when all peers have disconnected', () => {
    const { code, at, peers, pass } = world({ addresses: 3 });
    peers.push('a');
    at(100, 100, 'synced');
    expect(code()).toBe('sync-unfinished');
    pass(2);
    expect(code()).toBeNull();
    peers.pop();
    at(100, 100, 'finding-peers');
    expect(code()).toBeNull();
  });

  test('does not mine below headers that it knows', () => {
    const { code, at } = world();
    at(100, 2000, 'finding-peers');
    expect(code()).toBe('sync-unfinished');
  });

  test('does not mine on less work than its join link requires', () => {
    const { code, at, pass } = world({ knownWork: 1000n });
    at(100, 100, 'finding-peers');
    expect(code()).toBe('sync-unfinished');
    pass(4000);
    expect(code()).toBe('sync-unfinished');
    at(1000, 1000, 'finding-peers');
    expect(code()).toBeNull();
  });
});

describe('while it syncs', () => {
  test.each(['headers', 'snapshot', 'blocks'] as const)('it does not mine in the phase %s', (phase) => {
    const { code, at, peers, reason } = world();
    expect(code()).toBeNull();
    peers.push('a');
    at(557, 2000, phase);
    expect(code()).toBe('sync-unfinished');
    expect(reason()!.message).toContain('at block 557 of 2000');
  });

  test('it does not mine one block below the tip, and starts only when the tip stays the best known block for a moment', () => {
    const { code, at, peers, clock } = world();
    peers.push('a');
    at(1000, 2000, 'blocks');
    expect(code()).toBe('sync-unfinished');
    at(1999, 2000, 'synced');
    expect(code()).toBe('sync-unfinished');
    at(2000, 2000, 'synced');
    expect(code()).toBe('sync-unfinished');
    clock.pass(2000);
    expect(code()).toBeNull();
    // From now on a block that is on its way stops nobody.
    at(2000, 2001, 'synced');
    expect(code()).toBeNull();
    // Falling behind does, such as after the computer slept.
    at(2000, 2100, 'blocks');
    expect(code()).toBe('sync-unfinished');
  });

  test('headers without bodies stop a node at the tip for two minutes, and a new node for ten', () => {
    const synced = world();
    synced.peers.push('a');
    synced.at(100, 100, 'synced');
    synced.pass(4);
    synced.at(100, 103, 'blocks');
    synced.pass(118);
    expect(synced.code()).toBe('sync-unfinished');
    synced.pass(6);
    expect(synced.code()).toBeNull();
    const fresh = world();
    fresh.peers.push('a');
    fresh.at(0, 103, 'blocks');
    fresh.pass(598);
    expect(fresh.code()).toBe('sync-unfinished');
    // A block comes: it gets on.
    fresh.at(1, 103, 'blocks');
    fresh.pass(590);
    expect(fresh.code()).toBe('sync-unfinished');
    fresh.pass(14);
    expect(fresh.code()).toBeNull();
  });
});

test('a wrong clock stops mining only where blocks would be wasted', () => {
  const { accuse, reason, code } = world();
  accuse(false);
  expect(code()).toBeNull();
  accuse(true);
  expect(reason()).toEqual({ code: 'clock-wrong', message: 'The clock is wrong.' });
});

test('mining pauses while the upload limit of the month is used up, because no other node would get the blocks', () => {
  const { at, close, code, pass, peers } = world();
  peers.push('a');
  at(5, 5, 'synced');
  pass(60);
  expect(code()).toBeNull();
  peers.pop();
  close(true);
  pass(600);
  expect(code()).toBe('upload-used-up');
  close(false);
  expect(code()).toBeNull();
});
