import type { MatchedBlock } from '../../core/consensus/block-rules.ts';
import { type Block, decodeBlock } from '../../core/primitives/block.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Gossip, ValidationResult } from '../transport/gossip.ts';
import { announcedBlockId, decodeBlockAnnouncement } from '../protocol/announcements.ts';
import { createBucket } from '../protocol/bucket.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { BlockArrivals } from './block-arrivals.ts';
import type { BlockAdmission } from './block-admission.ts';
import type { BlockAnnouncer } from './block-announcer.ts';
import type { BlockPush } from './block-push.ts';
import type { CompactRelay } from './compact-relay.ts';

export interface BlockRelayDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'entry' | 'hasBody' | 'readBlock' | 'events'>;
  readonly gossip: Pick<Gossip, 'join'>;
  readonly topic: string;
  readonly peers: { list(): readonly unknown[]; report(peerId: string, peerViolation: PeerViolation): void };
  /** A new block was announced, possibly with its body. */
  announced(id: string, peerId: string, block: MatchedBlock | null): void;
  readonly admission: BlockAdmission;
  readonly announcer: BlockAnnouncer;
  readonly push: Pick<BlockPush, 'send' | 'onAnnounced' | 'follow'>;
  readonly compact: Pick<CompactRelay, 'compact' | 'cameWhole'>;
  readonly arrivals: Pick<BlockArrivals, 'seen' | 'open' | 'via' | 'connecting'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Relays blocks. Headers are sent ahead of bodies, and passed on as soon as their proof of work is checked. */
export interface BlockRelay {
  start(): void;
  stop(): void;
}

/** Limit on announcements of this node, so that a burst stays within the budget that peers grant. */
const OWN_ANNOUNCEMENTS = { burst: 40, perSecond: 0.9 };
/** A block at least this far below the best header is not announced. */
const MAX_BLOCKS_BEHIND = 144;

export function createBlockRelay(deps: BlockRelayDeps): BlockRelay {
  const own = createOwnAnnouncements(deps);
  const validate = createValidator(deps);
  return {
    start() {
      own.start();
      deps.gossip.join(deps.topic, validate, (peerId, data) => {
        const id = announcedBlockId(data);
        if (id !== null) deps.arrivals.seen(id, peerId, 'announced');
      });
    },
    stop: own.stop,
  };
}

/** Validates the announcements of peers for the gossip router. */
function createValidator(deps: BlockRelayDeps) {
  const { chain, admission, arrivals, push, log } = deps;

  const isNext = (id: string): boolean =>
    (chain.entry(id)?.work ?? 0n) > chain.tip().work && !chain.hasBody(id);

  function takeNew(id: string, peerId: string, block: MatchedBlock | null): void {
    if (block !== null) deps.arrivals.via(id, peerId, 'announced');
    if (block === null) push.onAnnounced(id, peerId);
    else if (isNext(id)) {
      push.follow(peerId);
      deps.compact.cameWhole();
    }
    deps.announced(id, peerId, block);
  }

  return async (peerId: string, data: Uint8Array): Promise<ValidationResult> => {
    const announcement = decodeBlockAnnouncement(data);
    if (isViolation(announcement)) {
      deps.peers.report(peerId, announcement);
      return 'blame';
    }
    const { header, block } = announcement;
    arrivals.seen(header.idHex, peerId, 'announced');
    const admitted = await admission.admit(peerId, header, block);
    if (admitted.kind === 'wrong') return 'blame';
    if (admitted.kind !== 'new') return 'drop';
    arrivals.open(header.idHex);
    // The router relays the announcement as soon as this function returns. The body is processed later.
    const take = guarded(log, 'announced', () => takeNew(header.idHex, peerId, admitted.block));
    void deps.clock.soon().then(take);
    return 'pass-on';
  };
}

/** Announces blocks that this node mined or received without an announcement. */
function createOwnAnnouncements(deps: BlockRelayDeps) {
  const { chain, peers, admission, clock, log } = deps;
  const budget = createBucket(OWN_ANNOUNCEMENTS.burst, OWN_ANNOUNCEMENTS.perSecond, clock.monotonic);
  const off: (() => void)[] = [];
  let later: Timer | undefined;

  const isNews = (tip: HeaderEntry): boolean =>
    !admission.isAnnounced(tip.id) && peers.list().length > 0 && !isCatchingUp(tip, chain.bestHeader());

  function announce(block: Block): void {
    admission.announce(block.header.idHex);
    deps.push.send(deps.compact.compact(block));
    deps.announcer.publish(block.header, block.bytes);
  }

  async function announceTip(): Promise<void> {
    const { id } = chain.tip();
    admission.announce(id);
    const bytes = await chain.readBlock(id);
    const block = bytes && decodeBlock(bytes);
    if (block && !isViolation(block)) announce(block);
  }

  const failed = (error: unknown) => log.warn('announcing the tip failed', { error: String(error) });

  // Only the last block of a burst is announced.
  function announceSoon(): void {
    later?.cancel();
    if (!isNews(chain.tip())) return;
    if (budget.take(1)) announceTip().catch(failed);
    else later = clock.after(budget.waitFor(1) + 1, announceSoon);
  }

  return {
    start(): void {
      // Headers are announced before the inputs of the block are checked, as for blocks of peers. If this announcement
      // is not sent, that of the tip replaces it.
      off.push(
        chain.events.on('next', ({ entry, block }) => {
          if (isNews(entry) && budget.take(1)) announce(block);
        }),
        chain.events.on('next', ({ entry }) => deps.arrivals.connecting(entry.id)),
        chain.events.on('tip', announceSoon),
      );
    },
    stop(): void {
      for (const each of off) each();
      later?.cancel();
    },
  };
}

/**
 * Whether the node is syncing. Blocks received during a sync are new only to this node and must not be announced. A
 * better header alone does not mean that a sync is running: if its body is withheld, a block of the same height from an
 * honest miner must still be announced.
 */
function isCatchingUp(tip: HeaderEntry, best: HeaderEntry): boolean {
  const behind = best.height - tip.height;
  if (behind <= 2 || behind > MAX_BLOCKS_BEHIND) return behind > 2;
  let at: HeaderEntry | null = best;
  while (at !== null && at.height > tip.height) at = at.prev;
  return at === tip;
}
