import { createTopicScoreParams } from '@libp2p/gossipsub/score';

/** Below this score the gossip router ignores a peer, and peers/ treats it as a violation. */
export const GRAYLIST_SCORE = -160;

export const SCORE_THRESHOLDS = {
  gossipThreshold: -40,
  publishThreshold: -80,
  graylistThreshold: GRAYLIST_SCORE,
  acceptPXThreshold: 10,
  opportunisticGraftThreshold: 1,
} as const;

/**
 * The score parameters of the gossip router. It measures durations with the wall clock, so a parameter has a weight
 * only if no change of the wall clock can make it count against an honest peer (docs/adr/0017).
 * @param scoreOf our own score of a peer, at most 0, which the router adds to its own
 */
export function gossipScoreParams(topics: readonly string[], scoreOf: (peerId: string) => number) {
  return {
    // peers/ limits each network group. On loopback all nodes share one address.
    IPColocationFactorWeight: 0,
    appSpecificScore: scoreOf,
    appSpecificWeight: 1,
    // When the wall clock is set, unanswered requests to a peer look 3 s old and its grafts look early: at most 2
    // violations per topic and heartbeat, which decay by 80 % per second. Only the part above the threshold counts,
    // squared.
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyWeight: -10,
    behaviourPenaltyDecay: 0.2,
    topics: Object.fromEntries(topics.map((topic) => [topic, topicScoreParams()])),
  };
}

function topicScoreParams() {
  return createTopicScoreParams({
    topicWeight: 1,
    // The time in the mesh has no lower bound. If the clock was set back by 6 hours it would be -21 600 s, and a weight
    // of 0.01 would be enough to ban the peer (fault 03).
    timeInMeshWeight: 0,
    firstMessageDeliveriesWeight: 0.5,
    firstMessageDeliveriesDecay: 0.95,
    firstMessageDeliveriesCap: 50,
    meshMessageDeliveriesWeight: 0,
    meshFailurePenaltyWeight: 0,
    invalidMessageDeliveriesWeight: -20,
    invalidMessageDeliveriesDecay: 0.9,
  });
}
