import { createPeerScoreParams, PeerScore } from '@libp2p/gossipsub/score';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  GRAYLIST_SCORE,
  gossipScoreParams,
  SCORE_THRESHOLDS,
} from '../../../../main/net/transport/gossip-scores.ts';

const TOPICS = ['transactions', 'blocks'];
const PEER = 'peer';
const NO_LOGGER = { forComponent: () => () => undefined } as never;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The library's own scoring with our parameters, and a peer that is in the mesh of both topics. */
function scoring() {
  const params = createPeerScoreParams(gossipScoreParams(TOPICS, () => 0));
  const scores = new PeerScore(params, null, NO_LOGGER, { scoreCacheValidityMs: 0 });
  scores.addPeer(PEER);
  for (const topic of TOPICS) scores.graft(PEER, topic);
  scores.start();
  return scores;
}

describe('the clock of this computer is set while a peer is in the mesh', () => {
  test.each([
    ['10 minutes', 10 * MINUTE],
    ['3 hours', 3 * HOUR],
    ['6 hours', 6 * HOUR],
    ['a day', 24 * HOUR],
    ['30 years', 30 * 365 * 24 * HOUR],
  ])('%s back or forward and right again gives an honest peer no penalty', (_what, ms) => {
    for (const shift of [-ms, ms]) {
      const scores = scoring();
      vi.advanceTimersByTime(12_000);
      const right = Date.now();
      vi.setSystemTime(right + shift);
      vi.advanceTimersByTime(7000);
      expect(scores.score(PEER)).toBe(0);
      vi.setSystemTime(right + 7000);
      vi.advanceTimersByTime(3000);
      expect(scores.score(PEER)).toBe(0);
      scores.stop();
    }
  });

  test('the score after a clock jump stays far above every threshold', () => {
    const scores = scoring();
    // Two topics, three heartbeats whose requests have no answer yet; a graft before the end of a backoff counts two.
    scores.addPenalty(PEER, 2 * 3 + 2, 'IWANT_broken_promise' as never);
    expect(scores.score(PEER)).toBeGreaterThan(SCORE_THRESHOLDS.publishThreshold);
    vi.advanceTimersByTime(1000);
    expect(scores.score(PEER)).toBe(0);
    scores.stop();
  });
});

describe('a peer that breaks the rules of gossip', () => {
  test('is not protected by a long time in the mesh', () => {
    const scores = scoring();
    vi.advanceTimersByTime(24 * HOUR);
    for (let i = 0; i < 3; i++) scores.rejectInvalidMessage(PEER, TOPICS[0]!);
    expect(scores.score(PEER)).toBeLessThanOrEqual(GRAYLIST_SCORE);
    scores.stop();
  });

  test('is ignored when it floods with grafts', () => {
    const scores = scoring();
    for (let second = 0; second < 5; second++) {
      scores.addPenalty(PEER, 10, 'graft_backoff' as never);
      vi.advanceTimersByTime(1000);
    }
    scores.addPenalty(PEER, 10, 'graft_backoff' as never);
    expect(scores.score(PEER)).toBeLessThanOrEqual(GRAYLIST_SCORE);
    scores.stop();
  });
});
