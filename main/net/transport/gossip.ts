import { createHash } from 'node:crypto';
import type { PeerId } from '@libp2p/interface';
import type { GossipSub } from '@libp2p/gossipsub';
import { gossipsub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub';
import { peerIdFromString } from '@libp2p/peer-id';
import { MAX_GOSSIP_BYTES } from '../protocol/announcements.ts';
import { type Breathe, createBreathe } from '../../lib/turns.ts';
import { plain } from '../protocol/flow.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import { gossipScoreParams, SCORE_THRESHOLDS } from './gossip-scores.ts';

/** What becomes of a message: passed on, dropped, or dropped and held against the peer that sent it. */
export type Judgement = 'pass-on' | 'drop' | 'blame';

/** Unsigned announcements over a mesh of peers; the contents prove themselves. */
export interface Gossip {
  /** Takes part in a topic; `judge` gets every message that the router hasn't seen before. */
  join(topic: string, judge: (peerId: string, data: Uint8Array) => Promise<Judgement> | Judgement): void;
  /** To the mesh of the topic, or to every peer on it. The number of peers that it went to. */
  publish(topic: string, data: Uint8Array, everyone?: boolean): Promise<number>;
  /** Sends nothing of this topic to this peer, and takes nothing, until `readmit`. */
  exclude(topic: string, peerId: string): void;
  readmit(peerId: string): void;
  /** The router's own view of a peer: 0 is neutral. */
  score(peerId: string): number;
  /** The wall clock was set. The router keeps each score for a second of it, which may be hours by now: forgets them. */
  clockJumped(): void;
  meshPeers(topic: string): string[];
}

/** How long packets may be read and messages judged before others get their turn. */
const TURN_MS = 20;

const VERDICT: Record<Judgement, TopicValidatorResult> = {
  'pass-on': TopicValidatorResult.Accept,
  drop: TopicValidatorResult.Ignore,
  blame: TopicValidatorResult.Reject,
};

/** @param scoreOf our own view of a peer, at most 0, which the router adds to its own. */
export function gossipService(topics: readonly string[], scoreOf: (peerId: string) => number) {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => messageId(message.topic, message.data),
    allowedTopics: [...topics],
    maxInboundDataLength: 160 * 1024,
    // What a peer that doesn't read may hold of ours; past it the stream is reset and opened again.
    maxOutboundBufferSize: 2 << 20,
    decodeRpcLimits: {
      maxSubscriptions: 16,
      maxMessages: 256,
      maxIhaveMessageIDs: 1000,
      maxIwantMessageIDs: 1000,
      maxControlMessages: 64,
      maxIdontwantMessageIDs: 256,
      maxPeerInfos: 0,
    },
    maxTopicBytesPerPeer: 16 * 1024,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    D: 8,
    Dlo: 6,
    Dhi: 12,
    Dout: 2,
    doPX: false,
    emitSelf: false,
    floodPublish: false,
    fallbackToFloodsub: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    asyncValidation: false,
    // Of a compact block a second copy costs more than saying that none is wanted; of all else less.
    idontwantMinDataSize: 4096,
    scoreParams: gossipScoreParams(topics, scoreOf),
    scoreThresholds: { ...SCORE_THRESHOLDS },
  });
}

/** What the router knows a message by: the first 20 bytes of SHA-256(topic | data). */
function messageId(topic: string, data: Uint8Array): Uint8Array {
  return createHash('sha256').update(topic).update(data).digest().subarray(0, 20);
}

type Packet = { readonly byteLength: number };

// What the router has at run time beyond its published interface.
interface Router extends GossipSub {
  readonly mesh: Map<string, Set<string>>;
  readonly score: { readonly scoreCache: Map<string, unknown> };
  handleReceivedSubscription(from: PeerId, topic: string, subscribe: boolean): boolean;
  handleGraft(id: string, graft: { topicID?: string }[]): Promise<unknown>;
  pipePeerReadStream(peerId: PeerId, packets: AsyncIterable<Packet>): Promise<void>;
  getScore(peerId: string): number;
  getMeshPeers(topic: string): string[];
  publish(
    topic: string,
    data: Uint8Array,
    options?: { floodPublish?: boolean },
  ): ReturnType<GossipSub['publish']>;
}

/** What the router asks of the node around it. */
export interface GossipDeps {
  /** Waits until a packet of so many bytes may be read. */
  readonly admit: (peerId: string, bytes: number) => Promise<void>;
  /** A message of this peer made its handler throw. */
  readonly onFailure: (peerId: string, failure: PeerViolation) => void;
}

export function createGossip(service: GossipSub, { admit, onFailure }: GossipDeps): Gossip {
  const router = service as Router;
  const excluded = new Map<string, Set<string>>();
  const isExcluded = (topic: string, peerId: string): boolean => excluded.get(peerId)?.has(topic) === true;
  // The router has no way to keep a peer out of one topic alone. What it doesn't know as a subscriber it sends nothing
  // of the topic to; and a peer that wants to be in the mesh all the same isn't heard.
  const subscription = router.handleReceivedSubscription.bind(router);
  router.handleReceivedSubscription = (from, topic, subscribe) =>
    subscription(from, topic, subscribe && !isExcluded(topic, from.toString()));
  const graft = router.handleGraft.bind(router);
  router.handleGraft = (id, grafts) =>
    graft(
      id,
      grafts.filter(({ topicID }) => !isExcluded(topicID ?? '', id)),
    );
  // The router takes all packets that are here, and all messages of a packet, in one turn: a quarter of a second of it.
  const breathe = createBreathe(TURN_MS);
  const readStream = router.pipePeerReadStream.bind(router);
  router.pipePeerReadStream = (peerId, packets) =>
    readStream(
      peerId,
      inTurns(packets, breathe, ({ byteLength }) => admit(peerId.toString(), byteLength)),
    );

  return {
    exclude(topic, peerId) {
      excluded.set(peerId, (excluded.get(peerId) ?? new Set()).add(topic));
      router.mesh.get(topic)?.delete(peerId);
      subscription(peerIdFromString(peerId), topic, false);
    },
    readmit: (peerId) => void excluded.delete(peerId),
    join(topic, judge) {
      router.topicValidators.set(topic, async (peer, message) => {
        // A message longer than the limit can't come from a node that follows the rules.
        if (message.data.length > MAX_GOSSIP_BYTES) return TopicValidatorResult.Reject;
        if (isExcluded(topic, peer.toString())) return TopicValidatorResult.Ignore;
        await breathe();
        try {
          return VERDICT[await judge(peer.toString(), plain(message.data))];
        } catch (error) {
          const failure = handlerFailure(`gossip ${topic}`, error);
          if (failure === null) return TopicValidatorResult.Ignore;
          onFailure(peer.toString(), failure);
          return TopicValidatorResult.Reject;
        }
      });
      router.subscribe(topic);
    },
    async publish(topic, data, everyone = false) {
      const sent = await router.publish(topic, data, { floodPublish: everyone });
      return sent.recipients.length;
    },
    score: (peerId) => router.getScore(peerId),
    clockJumped: () => router.score.scoreCache.clear(),
    meshPeers: (topic) => router.getMeshPeers(topic),
  };
}

async function* inTurns<T>(
  source: AsyncIterable<T>,
  breathe: Breathe,
  admit: (each: T) => Promise<void>,
): AsyncGenerator<T> {
  for await (const each of source) {
    await admit(each);
    await breathe();
    yield each;
  }
}
