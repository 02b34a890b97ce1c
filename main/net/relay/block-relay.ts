import { equalBytes } from '../../core/codec/bytes.ts';
import { toHex } from '../../core/codec/hex.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import { type Block, blockMerkleRoot, decodeBlock } from '../../core/primitives/block.ts';
import type { Header } from '../../core/primitives/header.ts';
import { isViolation, type Verdict, violation } from '../../core/violation.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Time } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Gossip, Judgement } from '../transport/gossip.ts';
import { PENALTY } from '../peers/penalties.ts';
import {
  decodeBlockAnnouncement,
  encodeBlockAnnouncement,
  MAX_INLINE_BLOCK,
} from '../protocol/announcements.ts';
import { createBucket } from '../protocol/bucket.ts';
import { type CompactBlock, wholeBlock } from '../protocol/compact-block.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { createPeerBudgets } from './relay-budgets.ts';
import type { BlockPush } from './block-push.ts';
import type { CompactRelay } from './compact-relay.ts';
import { createKnownSet } from './known-set.ts';

export interface BlockRelayDeps {
  readonly chain: Pick<
    Chain,
    'tip' | 'bestHeader' | 'entry' | 'acceptHeaders' | 'hasBody' | 'readBlock' | 'events'
  >;
  readonly gossip: Gossip;
  readonly topic: string;
  readonly peers: { list(): readonly unknown[]; report(peerId: string, peerViolation: PeerViolation): void };
  /** A block that is new to this node was announced, possibly with its body. */
  announced(id: string, peerId: string, block: Uint8Array | null): void;
  readonly push: Pick<BlockPush, 'send' | 'heard' | 'follow'>;
  /** Chains with less work are not stored. */
  minimumWork(): bigint;
  readonly compact: Pick<CompactRelay, 'compact' | 'cameWhole'>;
  /** A peer announced a block with an unknown parent. */
  unknownParent(peerId: string): void;
  readonly clock: Pick<Time, 'monotonic'>;
  readonly log: Log;
}

/** Relays blocks: headers are sent ahead of bodies, and passed on as soon as their proof of work is checked. */
export interface BlockRelay {
  /** Whether the header of a pushed block is valid; if it is new, it is announced to peers. */
  admit(peerId: string, compact: CompactBlock): Promise<boolean>;
  start(): void;
  stop(): void;
  forget(peerId: string): void;
}

/** The result of checking a header from a peer. */
type Standing = 'news' | 'known' | 'drop' | 'blame';

/** Budget for proof-of-work checks of unsolicited headers: of one peer, and of all peers. */
const PER_PEER = { burst: 100, perSecond: 1 };
const OVERALL = { burst: 300, perSecond: 300 };
/** A fast miner on a test network may exceed PER_PEER; only announcements above this limit are a flood. */
const NOISE = { burst: 2000, perSecond: 50 };
/** Limit for own announcements, so that a burst stays within the budget that peers grant. */
const OURS = { burst: 40, perSecond: 0.9 };
const REMEMBERED = 1000;
/** Gossip complements the block relay tree: it waits this long so that the push arrives first. */
const NET_MS = 10;
/** A block this far below the best header is not announced. */
const MOST_BEHIND = 144;

export function createBlockRelay(deps: BlockRelayDeps): BlockRelay {
  const { chain, peers, log } = deps;
  const budgets = createPeerBudgets(PER_PEER.burst, PER_PEER.perSecond, deps.clock.monotonic);
  const noise = createPeerBudgets(NOISE.burst, NOISE.perSecond, deps.clock.monotonic);
  const overall = createBucket(OVERALL.burst, OVERALL.perSecond);
  const ours = createBucket(OURS.burst, OURS.perSecond);
  // Blocks that were announced through this node, relayed or mined: each is announced once.
  const passedOn = createKnownSet(REMEMBERED);
  const off: (() => void)[] = [];
  const publishing = new Set<NodeJS.Timeout>();
  let later: NodeJS.Timeout | undefined;

  async function judge(peerId: string, data: Uint8Array): Promise<Judgement> {
    const announcement = decodeBlockAnnouncement(data);
    if (isViolation(announcement)) {
      peers.report(peerId, announcement);
      return 'blame';
    }
    const { header, block } = announcement;
    const standing = await judgeBlock(peerId, header, block);
    if (standing !== 'news') return standing === 'blame' ? 'blame' : 'drop';
    // The router relays the announcement as soon as this function returns; the body is processed later.
    setImmediate(guarded(log, 'announced', () => tellOf(header.idHex, peerId, block)));
    return 'pass-on';
  }

  /**
   * Checked before the relay: whether the bytes can be the body of the header. A wrong body is the fault of its sender, and
   * must not become the fault of the peers that relay it.
   */
  function holds(peerId: string, block: Uint8Array): boolean {
    const wrong = checkInline(block);
    if (wrong !== null) peers.report(peerId, wrong);
    return wrong === null;
  }

  function tellOf(id: string, peerId: string, block: Uint8Array | null): void {
    if (block === null) deps.push.heard(id, peerId);
    else if (isNext(id)) {
      deps.push.follow(peerId);
      deps.compact.cameWhole();
    }
    deps.announced(id, peerId, block);
  }

  /** The cheapest checks first: budgets and header; a body of up to 2 KiB only after a valid header. */
  async function judgeBlock(peerId: string, header: Header, body: Uint8Array | null): Promise<Standing> {
    if (!noise.of(peerId).take(1)) {
      peers.report(peerId, peerViolation('gossip-flood'));
      return 'drop';
    }
    const known = chain.entry(header.idHex) !== undefined;
    // A valid announcement of this peer was relayed by the router even if the header arrived in another way first.
    if (known && (passedOn.has(header.idHex) || chain.hasBody(header.idHex)))
      return body === null || holds(peerId, body) ? 'known' : 'blame';
    // Cheap headers far below the tip justify neither a proof-of-work check nor memory.
    const parent = chain.entry(toHex(header.prev));
    if (parent !== undefined && parent.work + workOf(bitsToTarget(header.bits)) < deps.minimumWork())
      return 'drop';
    // A dropped header is not lost: the peer also announces its tip, and header sync fetches the chain behind it.
    if (!known && (!budgets.of(peerId).take(1) || !overall.take(1))) return 'drop';
    return accept(peerId, header, body);
  }

  async function accept(peerId: string, header: Header, body: Uint8Array | null): Promise<Standing> {
    const { violation } = await chain.acceptHeaders([header]);
    if (violation !== null) {
      if (violation.code === 'header-orphan') deps.unknownParent(peerId);
      peers.report(peerId, violation);
      return PENALTY[violation.code] === 'ignore' ? 'drop' : 'blame';
    }
    if (body !== null && !holds(peerId, body)) return 'blame';
    // Copies with different bodies may arrive at the same time; only the first is relayed.
    if (passedOn.has(header.idHex)) return 'known';
    passedOn.add(header.idHex);
    return 'news';
  }

  const isNext = (id: string): boolean =>
    (chain.entry(id)?.work ?? 0n) > chain.tip().work && !chain.hasBody(id);

  // Only the last block of a burst is announced.
  function announceSoon(): void {
    clearTimeout(later);
    if (!isNews(chain.tip())) return;
    if (ours.take(1)) announceTip().catch(failed);
    else later = setTimeout(announceSoon, ours.waitFor(1) + 1);
  }

  const isNews = (tip: HeaderEntry): boolean =>
    !passedOn.has(tip.id) && peers.list().length > 0 && !isCatchingUp(tip, chain.bestHeader());

  const failed = (error: unknown) => log.warn('a block was not announced', { error: String(error) });

  async function announceTip(): Promise<void> {
    const { id } = chain.tip();
    passedOn.add(id);
    const bytes = await chain.readBlock(id);
    const block = bytes && decodeBlock(bytes);
    if (block && !isViolation(block)) announce(block);
  }

  function announce(block: Block): void {
    passedOn.add(block.header.idHex);
    deps.push.send(deps.compact.compact(block));
    publishSoon(block.header, block.bytes);
  }

  // Sent to all peers, because it is short and a mesh takes a second to form. All announcers send the same bytes, so
  // that the router recognises duplicates.
  function publishSoon(header: Header, block: Uint8Array | null): void {
    const message = encodeBlockAnnouncement(header.bytes, block);
    const timer = setTimeout(() => {
      publishing.delete(timer);
      deps.gossip.publish(deps.topic, message, true).catch(failed);
    }, NET_MS);
    publishing.add(timer);
  }

  return {
    async admit(peerId, compact) {
      const { header } = compact;
      const whole = wholeBlock(compact, MAX_INLINE_BLOCK);
      const standing = await judgeBlock(peerId, header, whole);
      if (standing !== 'news') return standing === 'known';
      publishSoon(header, whole);
      // The block itself is relayed and connected first.
      setImmediate(guarded(log, 'pushed', () => tellOf(header.idHex, peerId, null)));
      return true;
    },
    start() {
      // Headers are announced before the coins of the block are checked, like blocks of peers. If this announcement
      // is not sent, the announcement of the tip replaces it.
      off.push(
        chain.events.on('next', ({ entry, block }) => {
          if (isNews(entry) && ours.take(1)) announce(block);
        }),
        chain.events.on('tip', announceSoon),
      );
      deps.gossip.join(deps.topic, judge);
    },
    stop() {
      for (const each of off) each();
      clearTimeout(later);
      for (const timer of publishing) clearTimeout(timer);
    },
    forget(peerId) {
      budgets.forget(peerId);
      noise.forget(peerId);
    },
  };
}

/** Whether these bytes are the body that their header commits to. Cost: hashing at most 2 KiB. */
function checkInline(bytes: Uint8Array): Verdict {
  const block = decodeBlock(bytes);
  if (isViolation(block)) return block;
  if (block.transactions.length === 0) return violation('block-empty');
  const matches = equalBytes(blockMerkleRoot(block.transactions), block.header.merkle);
  return matches ? null : violation('block-merkle');
}

/**
 * During sync every block is new to this node only, and must not be announced. A better header alone does not mean
 * that a sync is in progress: if its body is withheld, a block of the same height from an honest miner must still be
 * announced.
 */
function isCatchingUp(tip: HeaderEntry, best: HeaderEntry): boolean {
  const behind = best.height - tip.height;
  if (behind <= 2 || behind > MOST_BEHIND) return behind > 2;
  let at: HeaderEntry | null = best;
  while (at !== null && at.height > tip.height) at = at.prev;
  return at === tip;
}
