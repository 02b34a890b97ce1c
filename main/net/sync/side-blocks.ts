import { toHex } from '../../core/codec/hex.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import type { BlockSubmission } from './block-submission.ts';
import type { BlocksInFlight } from './blocks-in-flight.ts';
import type { Sources } from './block-sources.ts';
import type { BrokenClaims } from './broken-claims.ts';
import type { Window } from './download-window.ts';
import { requestBlocks } from './request-blocks.ts';

export interface SideBlocksDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'hasBody' | 'isActive'>;
  readonly peers: { list(): readonly Peer[] };
  readonly inFlight: BlocksInFlight;
  /** The blocks that are downloaded in any case. */
  readonly window: Pick<Window, 'has'>;
  readonly sources: Pick<Sources, 'announcedBy' | 'canServe' | 'absent' | 'failed'>;
  readonly broken: Pick<BrokenClaims, 'noted'>;
  readonly submission: Pick<BlockSubmission, 'submit'>;
  readonly log: Log;
}

/**
 * Downloads blocks that are better than the active chain and not on the best header chain. A header does not prove that
 * its body exists. If only the best headers were followed, one header with a withheld body would block every honest
 * block with the same work.
 */
export interface SideBlocks {
  /** Checks whether a peer has a better chain than the active one. Costs little. */
  check(): void;
  stop(): void;
}

/** Blocks per request, and number of requests at the same time: at most 12 MB wait for the chain. */
const BLOCKS_PER_REQUEST = 4;
const MAX_PARALLEL = 3;
/**
 * Maximum number of blocks above the active chain. A longer branch either becomes the best header chain or never gets
 * enough work.
 */
const MAX_BRANCH_BLOCKS = 288;

export function createSideBlocks(deps: SideBlocksDeps): SideBlocks {
  const { chain, peers, inFlight, window, sources, log } = deps;
  /** Peers with an open request. */
  const asking = new Set<string>();
  const requests = { inFlight, isWanted: window.has, log };
  let stopped = false;

  function check(): void {
    for (const peer of peers.list()) {
      if (stopped || asking.size >= MAX_PARALLEL) return;
      if (asking.has(peer.id)) continue;
      const tip = chain.entry(toHex(peer.tip.id));
      const wanted = [tip, ...sources.announcedBy(peer.id).map((id) => chain.entry(id))]
        .flatMap((entry) => (entry === undefined ? [] : [wayTo(entry, peer)]))
        .find((way) => way.length > 0);
      if (wanted !== undefined) void fetch(peer, wanted.slice(0, BLOCKS_PER_REQUEST));
    }
  }

  /** The blocks to download, lowest first. Empty when they are not needed or when the download window has them. */
  function wayTo(target: HeaderEntry, peer: Peer): HeaderEntry[] {
    if (target.status === 'invalid' || target.work <= chain.tip().work) return [];
    const way: HeaderEntry[] = [];
    for (let at: HeaderEntry | null = target; at !== null && !chain.isActive(at); at = at.prev) {
      if (target.height - at.height >= MAX_BRANCH_BLOCKS) return [];
      if (!chain.hasBody(at.id)) way.push(at);
    }
    const isFree = ({ id }: HeaderEntry) => inFlight.stateOf(id) === null && !window.has(id);
    return way.every((entry) => isFree(entry) && sources.canServe(peer, entry)) ? way.reverse() : [];
  }

  async function fetch(peer: Peer, entries: readonly HeaderEntry[]): Promise<void> {
    asking.add(peer.id);
    const left = await requestBlocks(requests, peer, entries, 'side-branch', {
      absent(entry) {
        if (sources.absent(peer, entry)) deps.broken.noted(peer, entry);
      },
    });
    for (const { id } of left) sources.failed(id, peer.id);
    for (const entry of entries) if (!stopped) await deps.submission.submit(entry);
    asking.delete(peer.id);
    check();
  }

  return {
    check,
    stop() {
      stopped = true;
    },
  };
}
