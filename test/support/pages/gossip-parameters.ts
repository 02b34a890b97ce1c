/** The parameters of the gossip router as they are at run time, defaults of the library included, for docs/wire.md. */
import { gossipService } from '../../../main/net/transport/gossip.ts';
import type { Example } from './example.ts';

/** Numbers and switches of the router by the names of the gossipsub specification and its library. */
type Parameters = ReadonlyMap<string, string>;

const TOPIC = 'topic';

/** What each parameter means; the order is that of the page. */
const MEANINGS: Readonly<Record<string, string>> = {
  D: 'peers in the mesh of a topic',
  Dlo: 'with fewer, peers are added',
  Dhi: 'with more, peers are removed',
  Dscore: 'of those that stay, chosen by score',
  Dout: 'of those that stay, connections that this node opened',
  Dlazy: 'least number of peers that are sent IHAVE',
  gossipFactor: 'or this part of those outside of the mesh',
  heartbeatInterval: 'ms',
  fanoutTTL: 'ms',
  mcacheLength: 'heartbeats for which messages are kept',
  mcacheGossip: 'heartbeats whose messages IHAVE names',
  seenTTL: 'ms for which message ids are remembered',
  gossipsubIWantFollowupMs: 'ms until an IWANT without answer counts',
  pruneBackoff: 'ms',
  unsubcribeBackoff: 'ms',
  graftFloodThreshold: 'ms after a prune within which a graft counts twice',
  opportunisticGraftTicks: 'heartbeats',
  opportunisticGraftPeers: '',
  directConnectTicks: 'heartbeats; there are no direct peers',
  doPX: 'no peer exchange',
  prunePeers: 'not used, as there is no peer exchange',
  floodPublish: 'but own transactions and all blocks are published to every peer of the topic',
  batchPublish: '',
  emitSelf: '',
  fallbackToFloodsub: '',
  tagMeshPeers: 'local',
  allowPublishToZeroTopicPeers: 'local',
  ignoreDuplicatePublishError: 'local',
  asyncValidation: 'local',
  idontwantMinDataSize: 'bytes of a message from which on IDONTWANT is sent',
  idontwantMaxMessages: 'IDONTWANT ids of a peer in a heartbeat',
  maxInboundDataLength: 'bytes of a packet received',
  maxOutboundBufferSize: 'bytes that wait for a peer that does not read',
  maxTopicBytesPerPeer: 'bytes of the topics that a peer subscribes to',
  maxInboundStreams: 'of a connection',
  maxOutboundStreams: 'of a connection',
  'decodeRpcLimits.maxSubscriptions': 'in a packet',
  'decodeRpcLimits.maxMessages': 'in a packet',
  'decodeRpcLimits.maxIhaveMessageIDs': 'in a packet',
  'decodeRpcLimits.maxIwantMessageIDs': 'in a packet',
  'decodeRpcLimits.maxControlMessages': 'in a packet',
  'decodeRpcLimits.maxIdontwantMessageIDs': 'in a packet',
  'decodeRpcLimits.maxPeerInfos': 'in a packet',
  'scoreThresholds.gossipThreshold': 'below: no IHAVE to or from the peer',
  'scoreThresholds.publishThreshold': 'below: own messages are not sent to it',
  'scoreThresholds.graylistThreshold': 'below: everything from it is ignored, and it is gossip-score',
  'scoreThresholds.acceptPXThreshold': 'not used, as there is no peer exchange',
  'scoreThresholds.opportunisticGraftThreshold': 'median score of a mesh below which better peers are added',
  'scoreParams.appSpecificWeight': "P5: minus the peer's misbehaviour score (misbehaviour.md)",
  'scoreParams.IPColocationFactorWeight': 'P6: not used',
  'scoreParams.IPColocationFactorThreshold': 'not used',
  'scoreParams.behaviourPenaltyWeight': 'P7',
  'scoreParams.behaviourPenaltyThreshold': 'what exceeds it is squared',
  'scoreParams.behaviourPenaltyDecay': '',
  'scoreParams.decayInterval': 'ms',
  'scoreParams.decayToZero': '',
  'scoreParams.retainScore': 'ms for which the score of a peer that left is kept',
  'scoreParams.topicScoreCap': 'at most, for all topics together',
  'scoreParams.topic.topicWeight': 'the same for both topics',
  'scoreParams.topic.timeInMeshWeight': 'P1: not used',
  'scoreParams.topic.timeInMeshQuantum': 'not used',
  'scoreParams.topic.timeInMeshCap': 'not used',
  'scoreParams.topic.firstMessageDeliveriesWeight': 'P2',
  'scoreParams.topic.firstMessageDeliveriesDecay': '',
  'scoreParams.topic.firstMessageDeliveriesCap': '',
  'scoreParams.topic.meshMessageDeliveriesWeight': 'P3: not used',
  'scoreParams.topic.meshMessageDeliveriesDecay': 'not used',
  'scoreParams.topic.meshMessageDeliveriesCap': 'not used',
  'scoreParams.topic.meshMessageDeliveriesThreshold': 'not used',
  'scoreParams.topic.meshMessageDeliveriesWindow': 'not used',
  'scoreParams.topic.meshMessageDeliveriesActivation': 'not used',
  'scoreParams.topic.meshFailurePenaltyWeight': 'P3b: not used',
  'scoreParams.topic.meshFailurePenaltyDecay': 'not used',
  'scoreParams.topic.invalidMessageDeliveriesWeight': 'P4: the number is squared',
  'scoreParams.topic.invalidMessageDeliveriesDecay': '',
};

/** @throws {RangeError} when the router has a parameter without a meaning here, or the other way round. */
export function gossipParameters(): Example {
  const found = parametersOf(createRouter().opts);
  const unexplained = [...found.keys()].filter((name) => !(name in MEANINGS));
  const gone = Object.keys(MEANINGS).filter((name) => !found.has(name));
  if (unexplained.length + gone.length > 0)
    throw new RangeError(
      `gossip-parameters.ts: no meaning for ${unexplained.join(', ') || '-'}; the router lacks ${gone.join(', ') || '-'}`,
    );
  const lines = Object.entries(MEANINGS).map(([name, means]) => {
    const label = name.replace(/^\w+\.(?=\w)/, (group) => (group === 'decodeRpcLimits.' ? '' : group));
    return `${label.padEnd(52)} ${found.get(name)!.padEnd(8)} ${means}`.trimEnd();
  });
  return { name: 'gossip-parameters', text: lines.join('\n') };
}

export const gossipProtocols = (): readonly string[] => createRouter().protocols;

function createRouter(): { readonly opts: object; readonly protocols: readonly string[] } {
  const logger = { forComponent: () => () => undefined };
  const make = gossipService([TOPIC], () => 0) as unknown as (components: object) => never;
  return make({ logger });
}

function parametersOf(options: object, prefix = ''): Parameters {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(options) as [string, unknown][]) {
    const name = `${prefix}${key}`.replace('topics.', '');
    if (typeof value === 'number' || typeof value === 'boolean') found.set(name, String(value));
    else if (isPlain(value))
      for (const [inner, each] of parametersOf(value, `${name}.`)) found.set(inner, each);
  }
  return found;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
