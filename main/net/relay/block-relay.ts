import { equalBytes } from '../../core/codec/bytes.ts';
import { toHex } from '../../core/codec/hex.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import { type Block, blockMerkleRoot, decodeBlock } from '../../core/primitives/block.ts';
import type { Header } from '../../core/primitives/header.ts';
import { isViolation, type Verdict, violation } from '../../core/violation.ts';
import { guarded } from '../../lib/guarded.ts';
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
  /** A block that is new to us, perhaps with its body. */
  announced(id: string, peerId: string, block: Uint8Array | null): void;
  readonly push: Pick<BlockPush, 'send' | 'heard' | 'follow'>;
  /** Below it no chain is stored. */
  minimumWork(): bigint;
  readonly compact: Pick<CompactRelay, 'compact' | 'cameWhole'>;
  /** A peer announced a block whose parent we don't know. */
  unknownParent(peerId: string): void;
  readonly log: Log;
}

/** Blocks: the header travels ahead of the body, and on to others as soon as its work is checked. */
export interface BlockRelay {
  /** Whether the header of a block that a peer pushed to us holds; if it is news, others are told. */
  admit(peerId: string, compact: CompactBlock): Promise<boolean>;
  start(): void;
  stop(): void;
  forget(peerId: string): void;
}

/** What a header that a peer brought turned out to be. */
type Standing = 'news' | 'known' | 'drop' | 'blame';

/** New headers that nobody asked for: one peer's and everybody's share of the proof-of-work checks. */
const PER_PEER = { burst: 100, perSecond: 1 };
const OVERALL = { burst: 300, perSecond: 300 };
/** A quick miner of a test network may be over its share; this much is nothing but noise. */
const NOISE = { burst: 2000, perSecond: 50 };
/** Blocks that we announce ourselves, so that a burst of them stays within the share that peers give us. */
const OURS = { burst: 40, perSecond: 0.9 };
const REMEMBERED = 1000;
/** Gossip is the net under the tree that blocks are pushed along: it doesn't compete with it. */
const NET_MS = 10;
/** So far below the best header nobody waits for a block of ours. */
const MOST_BEHIND = 144;

export function createBlockRelay(deps: BlockRelayDeps): BlockRelay {
  const { chain, peers, log } = deps;
  const budgets = createPeerBudgets(PER_PEER.burst, PER_PEER.perSecond);
  const noise = createPeerBudgets(NOISE.burst, NOISE.perSecond);
  const overall = createBucket(OVERALL.burst, OVERALL.perSecond);
  const ours = createBucket(OURS.burst, OURS.perSecond);
  // Blocks that went through here, as somebody else's announcement or as ours: each goes on once.
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
    // The router sends it on as soon as this returns; the body is for later.
    setImmediate(guarded(log, 'announced', () => tellOf(header.idHex, peerId, block)));
    return 'pass-on';
  }

  /** Before it goes on: what a glance shows to be no body is held against its maker, not against who passed it on. */
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

  /** The cheapest checks first: budgets and the header, and a body of up to 2 KiB only behind a header that holds. */
  async function judgeBlock(peerId: string, header: Header, body: Uint8Array | null): Promise<Standing> {
    if (!noise.of(peerId).take(1)) {
      peers.report(peerId, peerViolation('gossip-flood'));
      return 'drop';
    }
    const known = chain.entry(header.idHex) !== undefined;
    // The header may have come another way; but whoever brought a good announcement has told the others.
    if (known && (passedOn.has(header.idHex) || chain.hasBody(header.idHex)))
      return body === null || holds(peerId, body) ? 'known' : 'blame';
    // Cheap headers far below: not worth the check of their work, nor a place in memory for ever.
    const parent = chain.entry(toHex(header.prev));
    if (parent !== undefined && parent.work + workOf(bitsToTarget(header.bits)) < deps.minimumWork())
      return 'drop';
    // What is dropped here isn't lost: the peer also tells its tip, and the chain behind it is asked for.
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
    // Two copies with different bodies may race; only the first goes on.
    if (passedOn.has(header.idHex)) return 'known';
    passedOn.add(header.idHex);
    return 'news';
  }

  const isNext = (id: string): boolean =>
    (chain.entry(id)?.work ?? 0n) > chain.tip().work && !chain.hasBody(id);

  // In a burst of blocks the last one says all.
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

  // To everybody at once: it is short, and a mesh takes a second to form. The same bytes from everybody who tells of the
  // block, so that the router knows them again.
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
      // The block itself goes on and is connected first.
      setImmediate(guarded(log, 'pushed', () => tellOf(header.idHex, peerId, null)));
      return true;
    },
    start() {
      // Before its coins are looked at, as with the blocks of others; what doesn't go out here, the tip brings.
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

/** Whether these bytes are the body that their header commits to. A few hashes of at most 2 KiB. */
function checkInline(bytes: Uint8Array): Verdict {
  const block = decodeBlock(bytes);
  if (isViolation(block)) return block;
  if (block.transactions.length === 0) return violation('block-empty');
  const matches = equalBytes(blockMerkleRoot(block.transactions), block.header.merkle);
  return matches ? null : violation('block-merkle');
}

/**
 * While catching up, every block is news to us and to nobody else. A better header alone doesn't mean that: if its body
 * is withheld, the block that an honest miner finds beside it must be told all the same.
 */
function isCatchingUp(tip: HeaderEntry, best: HeaderEntry): boolean {
  const behind = best.height - tip.height;
  if (behind <= 2 || behind > MOST_BEHIND) return behind > 2;
  let at: HeaderEntry | null = best;
  while (at !== null && at.height > tip.height) at = at.prev;
  return at === tip;
}
