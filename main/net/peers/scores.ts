import type { Clock } from '../../lib/clock.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import { SCORE_HALF_LIFE_MS } from './penalties.ts';

/** How badly each peer has behaved: 0 is spotless, violations add points, time takes them away. */
export interface Scores {
  of(peerId: string): number;
  /** The score after adding. */
  add(peerId: string, points: number, code: PeerViolationCode): number;
  /** The last rule that it broke, while its score remembers. */
  last(peerId: string): PeerViolationCode | null;
  clear(peerId: string): void;
}

// A peer that leaves and returns finds its score again, so memory is bounded by forgetting the smallest.
const MOST = 2000;
const OLDEST = 16;

export function createScores(clock: Clock): Scores {
  const scores = new Map<string, { points: number; at: number; code: PeerViolationCode }>();

  const of = (peerId: string): number => {
    const entry = scores.get(peerId);
    if (entry === undefined) return 0;
    const points = entry.points * 0.5 ** ((clock.ms() - entry.at) / SCORE_HALF_LIFE_MS);
    return points < 0.5 ? 0 : points;
  };

  // Looking at a few of the oldest is enough, and costs an attacker's thousand names nothing more.
  const evict = () => {
    let least: string | null = null;
    let looked = 0;
    for (const peerId of scores.keys()) {
      if (least === null || of(peerId) < of(least)) least = peerId;
      if (++looked === OLDEST) break;
    }
    scores.delete(least!);
  };

  return {
    of,
    last: (peerId) => (of(peerId) === 0 ? null : scores.get(peerId)!.code),
    add(peerId, points, code) {
      const total = of(peerId) + points;
      scores.delete(peerId);
      scores.set(peerId, { points: total, at: clock.ms(), code });
      if (scores.size > MOST) evict();
      return total;
    },
    clear: (peerId) => void scores.delete(peerId),
  };
}
