import { fromHex, toHex } from '../../core/codec/hex.ts';
import { isViolation, type Violation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { FRAME } from '../protocol/frame-types.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { REQUEST } from '../protocol/requests.ts';
import { encodeGetBlocks } from '../protocol/sync-messages.ts';
import { isBlock } from './block-reply.ts';
import type { Sources } from './block-sources.ts';

export interface SideBlocksDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'hasBody' | 'isActive' | 'submitBlock'>;
  readonly peers: { list(): readonly Peer[]; report(peerId: string, peerViolation: PeerViolation): void };
  readonly sources: Sources;
  /** Whether another part of the sync downloads this block. */
  busy(id: string): boolean;
  /** This peer answered `absent` for a block that it claims. */
  lacking(peer: Peer, entry: HeaderEntry): void;
  /** A body from this peer was refused. */
  refused(entry: HeaderEntry, peerId: string, violation: Violation): void;
  readonly log: Log;
}

/**
 * Downloads blocks that are better than the active chain and not on the best header chain. A header does not prove
 * that its body exists: if only the best headers were followed, one header with a withheld body would block every
 * honest block with the same work.
 */
export interface SideBlocks {
  /** Checks whether a peer has a better chain than the active one; cheap. */
  look(): void;
  stop(): void;
}

/** Blocks in one request, and requests at the same time: at most 12 MB wait for the chain. */
const ASKED = 4;
const AT_ONCE = 3;
/**
 * A longer path to a chain that is not the best is not downloaded: such a chain becomes the best header chain soon,
 * or never.
 */
const MOST_BELOW = 288;

export function createSideBlocks(deps: SideBlocksDeps): SideBlocks {
  const { chain, peers, sources, log } = deps;
  const asking = new Map<string, ReadonlySet<string>>();
  let stopped = false;

  function look(): void {
    for (const peer of peers.list()) {
      if (stopped || asking.size >= AT_ONCE) return;
      if (asking.has(peer.id)) continue;
      const tip = chain.entry(toHex(peer.tip.id));
      const wanted = [tip, ...sources.announcedBy(peer.id).map((id) => chain.entry(id))]
        .flatMap((entry) => (entry === undefined ? [] : [wayTo(entry, peer)]))
        .find((way) => way.length > 0);
      if (wanted !== undefined) void fetch(peer, wanted.slice(0, ASKED));
    }
  }

  /** The blocks to download, lowest first; empty when there is no need or the download window covers them. */
  function wayTo(target: HeaderEntry, peer: Peer): HeaderEntry[] {
    if (target.status === 'invalid' || target.work <= chain.tip().work) return [];
    const way: HeaderEntry[] = [];
    for (let at: HeaderEntry | null = target; at !== null && !chain.isActive(at); at = at.prev) {
      if (target.height - at.height >= MOST_BELOW) return [];
      if (!chain.hasBody(at.id)) way.push(at);
    }
    const free = way.every(
      (entry) => !deps.busy(entry.id) && !isAsked(entry.id) && sources.canServe(peer, entry),
    );
    return free ? way.reverse() : [];
  }

  const isAsked = (id: string): boolean => [...asking.values()].some((ids) => ids.has(id));

  async function fetch(peer: Peer, entries: readonly HeaderEntry[]): Promise<void> {
    asking.set(peer.id, new Set(entries.map(({ id }) => id)));
    const arrived: { entry: HeaderEntry; bytes: Uint8Array }[] = [];
    let got = 0;
    try {
      await peer.sync.call({
        kind: REQUEST.getBlocks,
        body: encodeGetBlocks(entries.map(({ id }) => fromHex(id)!)),
        replies: entries.length,
        onReply(frame) {
          const entry = entries[got++]!;
          if (frame.type === FRAME.absent.type) {
            if (sources.absent(peer, entry)) deps.lacking(peer, entry);
          } else if (isBlock(frame.body, entry.id)) arrived.push({ entry, bytes: frame.body });
          else return peerViolation('block-unasked', { id: entry.id });
          return null;
        },
      });
    } catch (error) {
      log.debug('blocks of a side branch did not arrive', { peer: peer.id, cause: String(error) });
    }
    for (const entry of entries.slice(got)) sources.failed(entry.id, peer.id);
    try {
      for (const { entry, bytes } of arrived) {
        const result = await chain.submitBlock(bytes);
        if (isViolation(result)) deps.refused(entry, peer.id, result);
        else sources.done(entry.id);
      }
    } catch (error) {
      handlerFailure('block', error);
      log.error('the chain could not process a block', { error: String(error) });
      stopped = true;
    } finally {
      asking.delete(peer.id);
    }
    look();
  }

  return {
    look,
    stop() {
      stopped = true;
    },
  };
}
