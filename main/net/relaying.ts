import type { Random } from '../lib/random.ts';
import type { Gossip } from './transport/gossip.ts';
import type { Names } from './transport/protocols.ts';
import type { Inbound } from './peers/inbound.ts';
import type { Peers } from './peers/peers.ts';
import type { NetworkDeps } from './ports.ts';
import { type BlockPush, createBlockPush } from './relay/block-push.ts';
import type { BlockArrivals } from './relay/block-arrivals.ts';
import { createBlockAdmission } from './relay/block-admission.ts';
import { createBlockAnnouncer } from './relay/block-announcer.ts';
import { type BlockRelayDeps, createBlockRelay } from './relay/block-relay.ts';
import { type CompactRelay, createCompactRelay } from './relay/compact-relay.ts';
import { createWidListing, type WidListing } from './relay/wid-listing.ts';
import { createTransactionRelay, type TransactionRelay } from './relay/transaction-relay.ts';
import type { Syncing } from './syncing.ts';

export interface RelayingDeps extends Pick<
  NetworkDeps,
  'chain' | 'mempool' | 'clock' | 'log' | 'hideOrigin' | 'onSeen'
> {
  readonly gossip: Gossip;
  readonly names: Names;
  readonly peers: Peers;
  readonly syncing: Pick<Syncing, 'bodies' | 'headers' | 'minimumWork'>;
  readonly inbound: Pick<Inbound, 'useful'>;
  readonly random: Random;
  readonly arrivals: BlockArrivals;
}

/** Relays transactions and blocks between peers. */
export interface Relaying {
  readonly payments: TransactionRelay;
  readonly push: BlockPush;
  readonly listing: WidListing;
  readonly compact: Pick<CompactRelay, 'figures'>;
  /** Whether transactions of this node that follow are sent by private broadcast. */
  hideOrigin(hides: boolean): void;
  /** Called after the gossip router has started, because it accepts no topics before that. */
  start(): void;
  stop(): void;
  forget(peerId: string): void;
}

export function createRelaying(deps: RelayingDeps): Relaying {
  const { chain, mempool, gossip, names, peers, syncing, clock, random, arrivals } = deps;
  const { bodies } = syncing;
  const log = deps.log.child('relay');
  let hidesOrigin = deps.hideOrigin ?? true;
  const compact = createCompactRelay({ chain, mempool, peers, bodies, clock, random, log });
  const payments = createTransactionRelay({
    mempool,
    gossip,
    topic: names.transactions,
    peers,
    clock,
    random,
    log,
    onRefused: compact.spare,
    hideOrigin: () => hidesOrigin,
    onSeen: deps.onSeen ?? (() => undefined),
  });
  const topic = names.blocks;
  const admission = createBlockAdmission({
    chain,
    peers,
    minimumWork: syncing.minimumWork,
    unknownParent: syncing.headers.ask,
    clock,
  });
  const announcer = createBlockAnnouncer({ gossip, topic, clock, log });
  const announced: BlockRelayDeps['announced'] = (id, peerId, block) => {
    deps.inbound.useful(peerId, 'block');
    bodies.announced(id, peerId, block);
  };
  const push = createBlockPush({
    chain,
    peers,
    bodies,
    compact,
    admission,
    announcer,
    arrivals,
    announced,
    clock,
    log,
  });
  const blocks = createBlockRelay({
    chain,
    gossip,
    topic,
    peers,
    compact,
    admission,
    announcer,
    arrivals,
    push,
    announced,
    clock,
    log,
  });
  const listing = createWidListing(mempool);
  return {
    payments,
    push,
    listing,
    compact,
    hideOrigin: (hides) => void (hidesOrigin = hides),
    start() {
      for (const part of [listing, payments, compact, blocks]) part.start();
    },
    stop() {
      for (const part of [blocks, announcer, push, compact, payments, listing]) part.stop();
    },
    forget(peerId) {
      for (const part of [payments, admission, push]) part.forget(peerId);
    },
  };
}
