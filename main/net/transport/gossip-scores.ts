import { createTopicScoreParams } from '@libp2p/gossipsub/score';

/** Below this score the router ignores a peer altogether; peers/ then treats it as a violation. */
export const GRAYLIST_SCORE = -160;

export const SCORE_THRESHOLDS = {
  gossipThreshold: -40,
  publishThreshold: -80,
  graylistThreshold: GRAYLIST_SCORE,
  acceptPXThreshold: 10,
  opportunisticGraftThreshold: 1,
} as const;

/**
 * The router measures durations with the wall clock, so only parameters that no change of the clock can turn against an
 * honest peer have a weight (docs/adr/0017).
 * @param scoreOf our own score of a peer, at most 0, which the router adds to its own.
 */
export function gossipScoreParams(topics: readonly string[], scoreOf: (peerId: string) => number) {
  return {
    // Our own groups and limits watch the addresses; on loopback all nodes share one.
    IPColocationFactorWeight: 0,
    appSpecificScore: scoreOf,
    appSpecificWeight: 1,
    // A clock that is set makes unanswered requests to a peer look 3 s old, and its grafts early: at most 2 for each
    // topic and heartbeat, which decay by 80 % a second. Only what exceeds the threshold counts, squared.
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyWeight: -10,
    behaviourPenaltyDecay: 0.2,
    topics: Object.fromEntries(topics.map((topic) => [topic, topicScoreParams()])),
  };
}

function topicScoreParams() {
  return createTopicScoreParams({
    topicWeight: 1,
    // Time in the mesh has no lower bound: with a clock that went back 6 hours it would be -21 600 s, and with a weight
    // of 0.01 alone ban the peer (fault 03).
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
