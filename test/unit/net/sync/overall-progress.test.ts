import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createPace } from '../../../../main/net/sync/download-pace.ts';
import { type SyncProgress, syncProgress } from '../../../../main/net/sync/sync-progress.ts';
import { createRate } from '../../../../main/net/sync/sync-rate.ts';
import { createOverallProgress } from '../../../../main/net/sync/overall-progress.ts';
import { turnedClock } from '../../../support/test-clock.ts';

interface Moment {
  readonly tip: number;
  /** Headers beyond the tip. */
  readonly ahead: number;
  /** Heights that peers claim; none when there is no peer. */
  readonly claims: readonly number[];
  readonly source: boolean;
  readonly chunks: number | null;
  readonly awaitsClock: boolean;
}

const entry = (height: number) => ({ height, work: BigInt(height) }) as HeaderEntry;
const heights = fc.oneof(fc.nat(30), fc.nat(100_000));
const moments = fc.record({
  tip: heights,
  ahead: heights,
  claims: fc.array(heights, { maxLength: 3 }),
  source: fc.boolean(),
  chunks: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.nat(10)),
  awaitsClock: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
});

/** What a node that lives through these moments, in this order, says of itself. */
function told(history: readonly Moment[]): SyncProgress[] {
  const clock = turnedClock();
  const paces = {
    headers: createPace(clock.monotonic),
    chunks: createPace(clock.monotonic),
    blocks: createPace(clock.monotonic),
  };
  const rate = createRate(clock.monotonic);
  let at = history[0]!;
  const overall = createOverallProgress();
  const read = () => {
    const peers = at.claims.map((height) => ({ tip: { height } }) as unknown as Peer);
    return overall(
      syncProgress({
        chain: { tip: () => entry(at.tip), bestHeader: () => entry(at.tip + at.ahead) },
        peers: { list: () => peers },
        headersFrom: () => (at.source ? (peers[0] ?? null) : null),
        snapshot: at.chunks === null ? null : { done: at.chunks, of: 10 },
        rate,
        awaitsClock: at.awaitsClock,
        hasRoom: true,
        paces,
      }),
    );
  };
  return history.map((moment) => {
    at = moment;
    return read();
  });
}

test('progress never decreases, is 0 until there is a peer, and 1 from the first time that the node is synced', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(moments, { minLength: 1, maxLength: 30 }), (history) => {
      let before = 0;
      let [metPeer, wasSynced] = [false, false];
      for (const { phase, progress } of told(history)) {
        seen.add(phase);
        metPeer ||= phase !== 'finding-peers';
        wasSynced ||= phase === 'synced';
        expect(progress).toBeGreaterThanOrEqual(before);
        expect(progress).toBeLessThanOrEqual(1);
        if (!metPeer) expect(progress).toBe(0);
        expect(progress === 1).toBe(wasSynced);
        before = progress;
      }
    }),
    { seed: 20_261_129, numRuns: 500 },
  );
  // Otherwise nothing was shown.
  expect([...seen].sort()).toEqual(['blocks', 'finding-peers', 'headers', 'snapshot', 'synced']);
});

test('a whole sync goes through all its phases without standing at 100 % before its end', () => {
  const base = { claims: [1000, 1000], source: false, chunks: null, awaitsClock: false };
  const history = [
    { ...base, tip: 0, ahead: 0, claims: [] },
    { ...base, tip: 0, ahead: 500, source: true },
    { ...base, tip: 0, ahead: 1000 },
    { ...base, tip: 500, ahead: 500 },
    { ...base, tip: 500, ahead: 500, claims: [] },
    { ...base, tip: 500, ahead: 500 },
    { ...base, tip: 1000, ahead: 0 },
    { ...base, tip: 1000, ahead: 100 },
  ];
  expect(told(history).map(({ phase, progress }) => [phase, progress])).toEqual([
    ['finding-peers', 0],
    ['headers', 0.05],
    ['blocks', 0.1],
    ['blocks', 0.55],
    ['finding-peers', 0.55],
    ['blocks', 0.55],
    ['synced', 1],
    ['blocks', 1],
  ]);
});
