import { isViolation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../state/chain/chain.ts';
import type { HeaderEntry } from '../../state/chain/header-entry.ts';
import type { Gossip, Judgement } from '../host/gossip.ts';
import { PENALTY } from '../peers/penalties.ts';
import {
  type BlockAnnouncement,
  decodeBlockAnnouncement,
  encodeBlockAnnouncement,
  MAX_INLINE_BLOCK,
} from '../wire/announcements.ts';
import { createBucket } from '../wire/bucket.ts';
import { type Offence, offence } from '../wire/offence.ts';
import { createPeerBudgets } from './budgets.ts';

export interface BlockRelayDeps {
  readonly chain: Pick<
    Chain,
    'tip' | 'bestHeader' | 'entry' | 'acceptHeaders' | 'headerBytes' | 'readBlock' | 'events'
  >;
  readonly gossip: Gossip;
  readonly topic: string;
  readonly peers: { report(peerId: string, offence: Offence): void };
  /** A block that is new to us, perhaps with its body. */
  announced(id: string, peerId: string, block: Uint8Array | null): void;
  /** A peer announced a block whose parent we don't know. */
  unknownParent(peerId: string): void;
  readonly log: Log;
}

/** Blocks: the header travels ahead of the body, and on to others as soon as its work is checked. */
export interface BlockRelay {
  start(): void;
  stop(): void;
  forget(peerId: string): void;
}

/** New headers that nobody asked for: one peer's and everybody's share of the proof-of-work checks. */
const PER_PEER = { burst: 100, perSecond: 1 };
const OVERALL = { burst: 300, perSecond: 300 };
/** A quick miner of a test network may be over its share; this much is nothing but noise. */
const NOISE = { burst: 2000, perSecond: 50 };
/** Blocks that we announce ourselves, so that a burst of them stays within the share that peers give us. */
const OURS = { burst: 40, perSecond: 0.9 };
/** No block of more transactions fits into an announcement. */
const MOST_INLINE_TRANSACTIONS = 32;

export function createBlockRelay(deps: BlockRelayDeps): BlockRelay {
  const { chain, peers, log } = deps;
  const budgets = createPeerBudgets(PER_PEER.burst, PER_PEER.perSecond);
  const noise = createPeerBudgets(NOISE.burst, NOISE.perSecond);
  const overall = createBucket(OVERALL.burst, OVERALL.perSecond);
  const ours = createBucket(OURS.burst, OURS.perSecond);
  let off = () => {};
  let later: NodeJS.Timeout | undefined;

  async function judge(peerId: string, data: Uint8Array): Promise<Judgement> {
    const announcement = decodeBlockAnnouncement(data);
    if (isViolation(announcement)) {
      peers.report(peerId, announcement);
      return 'blame';
    }
    const { header } = announcement;
    if (!noise.of(peerId).take(1)) peers.report(peerId, offence('gossip-flood'));
    // Already known: it came another way, and whoever told us has told the others.
    if (chain.entry(header.idHex) !== undefined) return 'drop';
    // What is dropped here isn't lost: the peer also tells its tip, and the chain behind it is asked for.
    if (!budgets.of(peerId).take(1) || !overall.take(1)) return 'drop';
    return accept(peerId, announcement);
  }

  async function accept(peerId: string, { header, block }: BlockAnnouncement): Promise<Judgement> {
    const { accepted, violation } = await chain.acceptHeaders([header]);
    if (violation !== null) {
      if (violation.code === 'header-orphan') deps.unknownParent(peerId);
      peers.report(peerId, violation);
      return PENALTY[violation.code] === 'ignore' ? 'drop' : 'blame';
    }
    deps.announced(header.idHex, peerId, block);
    // Two copies with different bodies may race; only the first goes on.
    return accepted > 0 ? 'pass-on' : 'drop';
  }

  // In a burst of blocks the last one says all.
  function announceSoon(): void {
    clearTimeout(later);
    if (ours.take(1)) announce(chain.tip()).catch(failed);
    else later = setTimeout(announceSoon, ours.waitFor(1) + 1);
  }

  const failed = (error: unknown) => log.warn('a block was not announced', { error: String(error) });

  async function announce(tip: HeaderEntry): Promise<void> {
    // While catching up, every block is news to us and to nobody else.
    if (tip.id !== chain.bestHeader().id) return;
    const block = tip.transactions <= MOST_INLINE_TRANSACTIONS ? await chain.readBlock(tip.id) : null;
    const small = block !== null && block.length <= MAX_INLINE_BLOCK ? block : null;
    await deps.gossip.publish(deps.topic, encodeBlockAnnouncement(chain.headerBytes(tip), small));
  }

  return {
    start() {
      off = chain.events.on('tip', announceSoon);
      deps.gossip.join(deps.topic, judge);
    },
    stop() {
      off();
      clearTimeout(later);
    },
    forget(peerId) {
      budgets.forget(peerId);
      noise.forget(peerId);
    },
  };
}
