import { describe, expect, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createPace } from '../../../../main/net/sync/download-pace.ts';
import { syncProgress } from '../../../../main/net/sync/sync-progress.ts';
import { createRate } from '../../../../main/net/sync/sync-rate.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const entry = (height: number) => ({ height, work: BigInt(height) }) as HeaderEntry;

function watching(claims: readonly number[]) {
  const clock = turnedClock();
  const paces = {
    headers: createPace(clock.monotonic),
    chunks: createPace(clock.monotonic),
    blocks: createPace(clock.monotonic),
  };
  const rate = createRate(clock.monotonic);
  const peers = claims.map(
    (height, i) => ({ id: `${i}`, tip: { height, work: BigInt(height) } }) as unknown as Peer,
  );
  const now = (
    tip: number,
    best: number,
    more: { source?: number; chunks?: [number, number]; awaitsClock?: boolean; hasRoom?: boolean } = {},
  ) =>
    syncProgress({
      chain: { tip: () => entry(tip), bestHeader: () => entry(best) },
      peers: { list: () => peers },
      headersFrom: () => (more.source === undefined ? null : peers[more.source]!),
      snapshot: more.chunks === undefined ? null : { done: more.chunks[0], of: more.chunks[1] },
      rate,
      awaitsClock: more.awaitsClock ?? false,
      hasRoom: more.hasRoom ?? true,
      paces,
    });
  return { clock, paces, rate, now };
}

describe('the progress of the sync', () => {
  test('one peer that claims an absurd height has no effect', () => {
    const { now } = watching([1_000_000, 100, 101]);
    expect(now(100, 100)).toMatchObject({ phase: 'synced', progress: 1, stall: null });
    expect(now(50, 100)).toMatchObject({ phase: 'blocks', progress: 0.5 });
    expect(now(100, 100, { source: 0 })).toMatchObject({ phase: 'synced' });
  });

  test('with most peers far ahead it is not synced, and reports the reason', () => {
    const { now, clock, paces } = watching([500, 501, 502]);
    paces.headers.record(100);
    expect(now(100, 100)).toMatchObject({ phase: 'headers', stall: null });
    clock.pass(31_000);
    paces.headers.record(100);
    const { stall, etaSeconds } = now(100, 100);
    expect(stall).toMatch(/the chain with more work that it claims/);
    expect(etaSeconds).toBeNull();
  });

  test('with blocks of peers ahead of the clock it is not synced, and reports the clock immediately', () => {
    const { now } = watching([103, 103]);
    expect(now(100, 100)).toMatchObject({ phase: 'synced', stall: null });
    const held = now(100, 100, { awaitsClock: true });
    expect(held).toMatchObject({ phase: 'headers', etaSeconds: null });
    expect(held.stall).toContain('ahead of the clock of this computer');
    // What can be had is fetched first.
    expect(now(50, 100, { awaitsClock: true })).toMatchObject({ phase: 'blocks', stall: null });
  });

  test('while headers arrive, share, rate and remaining time are those of headers', () => {
    const { now, clock, paces } = watching([20_000, 20_000]);
    for (let i = 0; i <= 5; i++) {
      paces.headers.record(2000 * i);
      clock.pass(1000);
    }
    expect(now(0, 10_000, { source: 1 })).toMatchObject({
      phase: 'headers',
      progress: 0.5,
      blocksPerSecond: 2000,
      etaSeconds: 5,
    });
  });

  test('a snapshot has a remaining time too', () => {
    const { now, clock, paces } = watching([20_000]);
    for (let i = 0; i <= 4; i++) {
      paces.chunks.record(i);
      clock.pass(2000);
    }
    expect(now(0, 20_000, { chunks: [4, 10] })).toMatchObject({
      phase: 'snapshot',
      progress: 0.4,
      etaSeconds: 12,
    });
  });

  test('blocks that no peer delivers are reported as missing', () => {
    const { now, clock, paces } = watching([200]);
    paces.blocks.record(100);
    clock.pass(20_000);
    expect(now(100, 200).stall).toBeNull();
    clock.pass(11_000);
    expect(now(100, 200).stall).toMatch(/next block/);
    paces.blocks.record(101);
    expect(now(101, 200).stall).toBeNull();
  });
});
