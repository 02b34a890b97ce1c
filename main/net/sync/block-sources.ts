import { toHex } from '../../core/codec/hex.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Chain } from '../../chain/chain.ts';
import { IndexedChain } from '../../chain/chain-line.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { WINDOW_BLOCKS } from './download-window.ts';

export interface SourcesDeps {
  readonly chain: Pick<Chain, 'bestHeader' | 'entry'>;
  readonly clock: Clock;
}

/** Tracks which peer has which body according to its claims, and which peer failed to deliver it. */
export interface Sources {
  /**
   * True: the peer claims to have connected this block. False: its chain does not contain the block. Null: its chain is
   * unknown here.
   */
  claims(peer: Peer, entry: HeaderEntry): boolean | null;
  /** Whether this block may be requested from this peer. */
  canServe(peer: Peer, entry: HeaderEntry): boolean;
  /** The peer announced this block. The first announcer of a block is asked first. */
  announced(id: string, peerId: string): void;
  announcer(id: string): string | undefined;
  /** Blocks that this peer announced and that have not arrived yet, newest first. */
  announcedBy(peerId: string): readonly string[];
  /** This peer failed to deliver this block. */
  failed(id: string, peerId: string): void;
  /**
   * The peer answered `absent`. True when that contradicts its claim; then nothing is requested from the peer for a
   * minute.
   */
  absent(peer: Peer, entry: HeaderEntry): boolean;
  /** Whether a peer that answered `absent` still claims to have the block. */
  lacksClaimed(peer: Peer, entry: HeaderEntry): boolean;
  /** Forgets which peers failed to deliver this block, so that every peer may be asked again. */
  forgive(id: string): void;
  done(id: string): void;
  /** The peer has disconnected. */
  forget(peerId: string): void;
}

/**
 * Pause for a peer that lacks a block which it claims. Such a peer may lack more: an archive node may have lost many
 * bodies.
 */
const BROKEN_CLAIM_MS = 60_000;
const UNKNOWN_CHAIN_MS = 10_000;

export function createSources({ chain, clock }: SourcesDeps): Sources {
  // The best header chain by height. If the tip of a peer is on it, a lookup replaces a walk over its ancestors.
  const best = new IndexedChain<HeaderEntry>();
  const forks = new Map<string, { tip: HeaderEntry; best: HeaderEntry; fork: HeaderEntry }>();
  const unable = new Map<string, Set<string>>();
  const announcers = new Map<string, string>();
  const doubted = new Map<string, number>();

  function forkOf(peerId: string, tip: HeaderEntry): HeaderEntry {
    const top = chain.bestHeader();
    best.moveTo(top);
    const known = forks.get(peerId);
    if (known?.tip === tip && known.best === top) return known.fork;
    const fork = best.fork(tip);
    forks.set(peerId, { tip, best: top, fork });
    return fork;
  }

  function claims(peer: Peer, entry: HeaderEntry): boolean | null {
    const tip = chain.entry(toHex(peer.tip.id));
    if (tip === undefined) return null;
    const fork = forkOf(peer.id, tip);
    if (entry.height <= fork.height) return best.has(entry);
    let at: HeaderEntry | null = tip;
    while (at !== null && at.height > entry.height && at !== fork) at = at.prev;
    return at === entry;
  }

  const isDoubted = (peerId: string): boolean => (doubted.get(peerId) ?? -Infinity) > clock.monotonic();

  function fail(id: string, peerId: string): void {
    const set = unable.get(id) ?? new Set();
    unable.set(id, set.add(peerId));
    if (unable.size > WINDOW_BLOCKS) unable.delete(unable.keys().next().value!);
  }

  // A pruned node continues to prune after its announcement. A peer that only relayed the header has claimed nothing.
  const lacksClaimed = (peer: Peer, entry: HeaderEntry): boolean =>
    claims(peer, entry) === true && !peer.hello.services.includes('pruned');

  return {
    claims,
    lacksClaimed,
    canServe(peer, entry) {
      if (entry.height < peer.hello.servesFrom || unable.get(entry.id)?.has(peer.id) === true) return false;
      if (announcers.get(entry.id) === peer.id) return true;
      if (peer.tip.work < entry.work || isDoubted(peer.id)) return false;
      // If the chain of the peer is not known yet, its known part probably contains the block.
      return claims(peer, entry) ?? true;
    },
    announced(id, peerId) {
      announcers.set(id, peerId);
      if (announcers.size > WINDOW_BLOCKS) announcers.delete(announcers.keys().next().value!);
    },
    announcer: (id) => announcers.get(id),
    announcedBy: (peerId) => [...announcers].flatMap(([id, by]) => (by === peerId ? [id] : [])).reverse(),
    failed: fail,
    absent(peer, entry) {
      fail(entry.id, peer.id);
      const claimed = claims(peer, entry);
      if (claimed === false || peer.hello.services.includes('pruned')) return false;
      const broken = lacksClaimed(peer, entry) && !isDoubted(peer.id);
      doubted.set(peer.id, clock.monotonic() + (claimed === true ? BROKEN_CLAIM_MS : UNKNOWN_CHAIN_MS));
      return broken;
    },
    forgive: (id) => void unable.delete(id),
    done(id) {
      unable.delete(id);
      announcers.delete(id);
    },
    forget(peerId) {
      forks.delete(peerId);
      doubted.delete(peerId);
    },
  };
}
