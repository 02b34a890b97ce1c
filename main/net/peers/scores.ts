import type { Time } from '../../lib/clock.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import { SCORE_HALF_LIFE_MS } from './penalties.ts';

/** The misbehaviour score of each peer: 0 is good, violations add points, time removes them. */
export interface Scores {
  of(peerId: string): number;
  /** Adds points and returns the new score. */
  add(peerId: string, points: number, code: PeerViolationCode): number;
  /** The last violation of a peer while its score is above 0. */
  last(peerId: string): PeerViolationCode | null;
  clear(peerId: string): void;
}

// Maximum number of scores. A score is kept after the peer disconnects, so without a limit an attacker with many peer
// ids could fill the memory. Above the limit, the smallest score among the oldest is forgotten.
const MAX_SCORES = 2000;
const EVICTION_SAMPLE = 16;

export function createScores(clock: Pick<Time, 'monotonic'>): Scores {
  const scores = new Map<string, { points: number; at: number; code: PeerViolationCode }>();

  const of = (peerId: string): number => {
    const entry = scores.get(peerId);
    if (entry === undefined) return 0;
    const points = entry.points * 0.5 ** ((clock.monotonic() - entry.at) / SCORE_HALF_LIFE_MS);
    return points < 0.5 ? 0 : points;
  };

  // Evicts from a sample of the oldest entries. A full scan would let an attacker with a thousand peer ids use up
  // processor time.
  const evict = () => {
    let least: string | null = null;
    let looked = 0;
    for (const peerId of scores.keys()) {
      if (least === null || of(peerId) < of(least)) least = peerId;
      if (++looked === EVICTION_SAMPLE) break;
    }
    scores.delete(least!);
  };

  return {
    of,
    last: (peerId) => (of(peerId) === 0 ? null : scores.get(peerId)!.code),
    add(peerId, points, code) {
      const total = of(peerId) + points;
      scores.delete(peerId);
      scores.set(peerId, { points: total, at: clock.monotonic(), code });
      if (scores.size > MAX_SCORES) evict();
      return total;
    },
    clear: (peerId) => void scores.delete(peerId),
  };
}
