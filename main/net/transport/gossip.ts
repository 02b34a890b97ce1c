import { createHash } from 'node:crypto';
import type { PeerId } from '@libp2p/interface';
import type { GossipSub } from '@libp2p/gossipsub';
import { gossipsub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub';
import { peerIdFromString } from '@libp2p/peer-id';
import { MAX_GOSSIP_BYTES } from '../protocol/announcements.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Breathe, createBreathe } from '../../lib/turns.ts';
import { plain } from '../protocol/flow.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import { gossipScoreParams, SCORE_THRESHOLDS } from './gossip-scores.ts';

/** The verdict on a message: relay it, drop it, or drop it and count it against the peer that sent it. */
export type ValidationResult = 'pass-on' | 'drop' | 'blame';

/** Publishes unsigned announcements over a mesh of peers. Each announcement proves its own validity. */
export interface Gossip {
  /**
   * Subscribes to a topic. `validate` gets every message that the router has not seen before, `onDuplicate` every other
   * one. It must not throw.
   */
  join(
    topic: string,
    validate: (peerId: string, data: Uint8Array) => Promise<ValidationResult> | ValidationResult,
    onDuplicate?: (peerId: string, data: Uint8Array) => void,
  ): void;
  /** Sends to the mesh of the topic, or with `toAllPeers` to all its subscribers. Resolves to the number of peers. */
  publish(topic: string, data: Uint8Array, toAllPeers?: boolean): Promise<number>;
  /** Sends no messages of this topic to this peer and accepts none from it, until `readmit`. */
  exclude(topic: string, peerId: string): void;
  readmit(peerId: string): void;
  /** The score that the router gives a peer; 0 is neutral. */
  score(peerId: string): number;
  /**
   * The wall clock was set. Clears the cache of scores: the router keeps each score until one second of the wall clock
   * has passed, and that may now take hours.
   */
  clockJumped(): void;
  meshPeers(topic: string): string[];
  /** Calls `listener` at each heartbeat of the router, about once per second. Returns a function that ends it. */
  onHeartbeat(listener: () => void): () => void;
}

const EMPTY = new Uint8Array(0);
/** Longest time spent on packets and messages in one turn of the event loop. */
const TURN_MS = 20;

const LIBP2P_RESULT: Record<ValidationResult, TopicValidatorResult> = {
  'pass-on': TopicValidatorResult.Accept,
  drop: TopicValidatorResult.Ignore,
  blame: TopicValidatorResult.Reject,
};

/** @param scoreOf our own score of a peer, at most 0, which the router adds to its own */
export function gossipService(topics: readonly string[], scoreOf: (peerId: string) => number) {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => messageId(message.topic, message.data),
    allowedTopics: [...topics],
    maxInboundDataLength: 160 * 1024,
    // Maximum number of bytes queued for a peer that does not read; above it the stream is reset and opened again.
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
    // IDONTWANT is sent only for larger messages: for a compact block it costs less than a duplicate, for other
    // messages more.
    idontwantMinDataSize: 4096,
    scoreParams: gossipScoreParams(topics, scoreOf),
    scoreThresholds: { ...SCORE_THRESHOLDS },
  });
}

/** The message id for the router: the first 20 bytes of SHA-256(topic | data). */
function messageId(topic: string, data: Uint8Array): Uint8Array {
  return createHash('sha256').update(topic).update(data).digest().subarray(0, 20);
}

type Packet = { readonly byteLength: number };

// Fields that the router has at run time and that its published interface lacks.
interface Router extends GossipSub {
  readonly mesh: Map<string, Set<string>>;
  readonly score: { readonly scoreCache: Map<string, unknown> };
  handleReceivedSubscription(from: PeerId, topic: string, subscribe: boolean): boolean;
  validateReceivedMessage(
    from: PeerId,
    message: { readonly topic: string; readonly data?: Uint8Array | null },
  ): Promise<{ readonly code: string }>;
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

/** Functions of the node that the router uses. */
export interface GossipDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'soon'>;
  /** Resolves when a packet of this size may be processed. */
  readonly admit: (peerId: string, bytes: number) => Promise<void>;
  /** The handler of a message of this peer threw. */
  readonly onFailure: (peerId: string, failure: PeerViolation) => void;
}

export function createGossip(service: GossipSub, { clock, admit, onFailure }: GossipDeps): Gossip {
  const router = service as Router;
  const excluded = new Map<string, Set<string>>();
  const isExcluded = (topic: string, peerId: string): boolean => excluded.get(peerId)?.has(topic) === true;
  // The router cannot exclude a peer from a single topic. So the subscription of the peer is hidden from the router,
  // which then sends it no messages of the topic. Attempts of the peer to join the mesh are ignored.
  const subscription = router.handleReceivedSubscription.bind(router);
  router.handleReceivedSubscription = (from, topic, subscribe) =>
    subscription(from, topic, subscribe && !isExcluded(topic, from.toString()));
  const graft = router.handleGraft.bind(router);
  router.handleGraft = (id, grafts) =>
    graft(
      id,
      grafts.filter(({ topicID }) => !isExcluded(topicID ?? '', id)),
    );
  const duplicates = new Map<string, (peerId: string, data: Uint8Array) => void>();
  const check = router.validateReceivedMessage.bind(router);
  router.validateReceivedMessage = async (from, message) => {
    const checked = await check(from, message);
    if (checked.code === 'duplicate') duplicates.get(message.topic)?.(from.toString(), message.data ?? EMPTY);
    return checked;
  };
  // Without these pauses the router would process all available packets, with all their messages, in one turn of the
  // event loop: a quarter of a second.
  const breathe = createBreathe(clock, TURN_MS);
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
    join(topic, validate, onDuplicate) {
      if (onDuplicate !== undefined) duplicates.set(topic, onDuplicate);
      router.topicValidators.set(topic, async (peer, message) => {
        // A node that follows the rules sends no message larger than this.
        if (message.data.length > MAX_GOSSIP_BYTES) return TopicValidatorResult.Reject;
        if (isExcluded(topic, peer.toString())) return TopicValidatorResult.Ignore;
        await breathe();
        try {
          return LIBP2P_RESULT[await validate(peer.toString(), plain(message.data))];
        } catch (error) {
          const failure = handlerFailure(`gossip ${topic}`, error);
          if (failure === null) return TopicValidatorResult.Ignore;
          onFailure(peer.toString(), failure);
          return TopicValidatorResult.Reject;
        }
      });
      router.subscribe(topic);
    },
    async publish(topic, data, toAllPeers = false) {
      const sent = await router.publish(topic, data, { floodPublish: toAllPeers });
      return sent.recipients.length;
    },
    score: (peerId) => router.getScore(peerId),
    clockJumped: () => router.score.scoreCache.clear(),
    meshPeers: (topic) => router.getMeshPeers(topic),
    onHeartbeat(listener) {
      const call = () => listener();
      router.addEventListener('gossipsub:heartbeat', call);
      return () => router.removeEventListener('gossipsub:heartbeat', call);
    },
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
