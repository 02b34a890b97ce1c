import { expect, test } from 'vitest';
import { createEmitter } from '../../../main/lib/events.ts';
import { followChain } from '../../../main/mempool/chain-follower.ts';
import type { ChainMoves } from '../../../main/mempool/chain-view.ts';
import { createOrphans } from '../../../main/mempool/orphans.ts';
import { createPool, type PoolEvents } from '../../../main/mempool/pool.ts';
import { turnedClock } from '../../support/test-clock.ts';
import { NETWORK } from './world.ts';

function fail(error: unknown): never {
  throw error;
}

/** A follower of a chain whose tip had a work of 10, and how often it said that a reorganisation is over. */
function following() {
  const clock = turnedClock();
  const moves = createEmitter<ChainMoves>(fail);
  let settled = 0;
  const follower = followChain({
    chain: {
      network: NETWORK,
      tip: () => ({ id: '', height: 10 }),
      getCoin: () => undefined,
      nextRules: () => ({ policyLock: false }),
      events: moves,
    },
    pool: createPool({ clock, events: createEmitter<PoolEvents>(fail), floorHalfLife: 1 }),
    orphans: createOrphans(),
    returning: {
      disconnected: () => undefined,
      connected: () => undefined,
      settled: () => void settled++,
      idle: () => Promise.resolve(),
    },
    rates: { connected: () => undefined, disconnected: () => undefined },
    arrived: () => undefined,
    clock,
  });
  const disconnect = () =>
    moves.emit('disconnected', {
      block: null,
      entry: { work: 10n, height: 10 },
      delta: { spent: new Map() },
    });
  const tip = (work: bigint) => moves.emit('tip', { work });
  return { clock, follower, disconnect, tip, settled: () => settled };
}

test('a reorganisation is over when the new tip has more work than the old one', async () => {
  const { clock, follower, disconnect, tip, settled } = following();
  disconnect();
  clock.pass(400);
  tip(9n);
  expect(settled()).toBe(0);
  tip(11n);
  expect(settled()).toBe(1);
  await follower.settled();
  clock.pass(10_000);
  expect(settled()).toBe(1);
});

test('a chain that lost work counts as settled half a second after its last step', async () => {
  const { clock, follower, disconnect, tip, settled } = following();
  disconnect();
  clock.pass(400);
  tip(9n);
  let waited = true;
  const over = follower.settled().then(() => (waited = false));
  await clock.passing(499);
  expect([settled(), waited]).toEqual([0, true]);
  clock.pass(1);
  await over;
  expect(settled()).toBe(1);
});

test('stopping the follower ends the wait for a reorganisation', async () => {
  const { clock, follower, disconnect, settled } = following();
  disconnect();
  const over = follower.settled();
  follower.stop();
  await over;
  clock.pass(10_000);
  expect(settled()).toBe(0);
});
