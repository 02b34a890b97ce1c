import type { Phase } from '../../../shared/contract/vocabulary.ts';
import type { Height } from '../../../shared/units.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Peer } from '../peers/peer.ts';
import type { Pace } from './download-pace.ts';
import type { Rate } from './sync-rate.ts';

/** The state of the sync, for display. */
export interface SyncProgress {
  readonly phase: Extract<Phase, 'finding-peers' | 'headers' | 'snapshot' | 'blocks' | 'synced'>;
  readonly height: Height;
  /** Height of the best header chain. */
  readonly headers: Height;
  /**
   * Progress of the phase from 0 to 1: of headers, of chunks, or the share of the known work that is connected.
   * overall-progress.ts combines the phases.
   */
  readonly progress: number;
  /** Blocks per second, or headers per second during header sync. 0 when unknown or without progress. */
  readonly blocksPerSecond: number;
  readonly bytesPerSecond: number;
  /** Null when no reliable estimate is possible. */
  readonly etaSeconds: number | null;
  /** Why the sync makes no progress, as one sentence; null while it does. */
  readonly stall: string | null;
}

export interface ProgressDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader'>;
  readonly peers: { list(): readonly Peer[] };
  readonly headersFrom: () => Peer | null;
  /** Downloaded chunks of a snapshot and their total. */
  readonly snapshot: { readonly done: number; readonly of: number } | null;
  readonly rate: Rate;
  /** Whether peers have blocks that this node rejects because its own clock is wrong. */
  readonly awaitsClock: boolean;
  /** Whether the disk has room for further blocks. */
  readonly hasRoom: boolean;
  readonly paces: { readonly headers: Pace; readonly chunks: Pace; readonly blocks: Pace };
}

/** Whether blocks with more work than the active chain are known. A node without peers may still be at the tip. */
export function isSyncing({ phase, height, headers }: SyncProgress): boolean {
  return phase === 'finding-peers' ? headers > height + MAX_BLOCKS_BEHIND : phase !== 'synced';
}

/** Number of blocks that any node may be behind for a moment after each new block. */
const MAX_BLOCKS_BEHIND = 1;
/** Time without progress after which the user is informed. */
const STALL_MS = 30_000;

export function syncProgress(deps: ProgressDeps): SyncProgress {
  const { chain, paces } = deps;
  const height = chain.tip().height;
  const headers = chain.bestHeader().height;
  const target = Math.max(headers, claimedBy(deps.peers.list()));
  const phase = phaseOf(deps, height, headers, target);
  const rate = phase === 'blocks' ? deps.rate.now() : null;
  const common = { phase, height, headers, stall: stallOf(deps, phase) };
  const none = { blocksPerSecond: 0, bytesPerSecond: 0, etaSeconds: null };
  if (phase === 'snapshot') {
    const { done, of } = deps.snapshot!;
    const etaSeconds = restOf(of - done, paces.chunks.perSecond());
    return { ...common, ...none, progress: of === 0 ? 0 : done / of, etaSeconds };
  }
  if (phase === 'headers') {
    const pace = paces.headers.perSecond();
    const etaSeconds = restOf(target - headers, pace);
    return { ...common, ...none, progress: share(headers, target), blocksPerSecond: pace ?? 0, etaSeconds };
  }
  return {
    ...common,
    // Measured by work, so that the easy blocks at the beginning do not count like half of the sync. The claim of a
    // single peer is never used.
    progress: phase === 'finding-peers' ? 0 : shareOfWork(chain),
    blocksPerSecond: rate?.blocksPerSecond ?? 0,
    bytesPerSecond: rate?.bytesPerSecond ?? 0,
    etaSeconds: restOf(headers - height, rate?.blocksPerSecond ?? null),
  };
}

/** The height that at least half of the peers claim, so that a minority of lying peers cannot change it. */
function claimedBy(peers: readonly Peer[]): Height {
  const heights = peers.map(({ tip }) => tip.height).sort((a, b) => a - b);
  return heights[Math.floor((heights.length - 1) / 2)] ?? 0;
}

function phaseOf(deps: ProgressDeps, height: Height, headers: Height, target: Height): SyncProgress['phase'] {
  if (deps.peers.list().length === 0) return 'finding-peers';
  if (deps.snapshot) return 'snapshot';
  const source = deps.headersFrom();
  if (source !== null && Math.min(source.tip.height, target) > headers + MAX_BLOCKS_BEHIND) return 'headers';
  if (headers > height + MAX_BLOCKS_BEHIND) return 'blocks';
  if (deps.awaitsClock) return 'headers';
  // Most peers claim more blocks than this node has headers, so it must not be reported as synced.
  return target > headers + MAX_PEER_LEAD ? 'headers' : 'synced';
}

/** Number of blocks that peers may be ahead of this node for a moment. */
const MAX_PEER_LEAD = 6;

function stallOf(deps: ProgressDeps, phase: SyncProgress['phase']): string | null {
  const { headersFrom, paces } = deps;
  if (!deps.hasRoom && phase === 'blocks')
    return 'The download of blocks is paused, because the disk is almost full.';
  if (deps.awaitsClock && phase === 'headers')
    return 'The connected nodes have newer blocks, whose times are ahead of the clock of this computer.';
  if (phase === 'headers' && paces.headers.stillMs() > STALL_MS) {
    return headersFrom() === null
      ? 'No connected node has sent the headers of the chain with more work that it claims to have.'
      : 'The peer that sends the headers is slow. The node asks another peer if one is connected.';
  }
  if (phase === 'blocks' && paces.blocks.stillMs() > STALL_MS)
    return 'No connected node has sent the next block yet. The node asks each peer in turn.';
  if (phase === 'snapshot' && paces.chunks.stillMs() > STALL_MS)
    return `No chunk of the UTXO snapshot has arrived for ${STALL_MS / 1000} s. The node requests it from other peers.`;
  return null;
}

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

function shareOfWork(chain: ProgressDeps['chain']): number {
  const { work } = chain.bestHeader();
  return work === 0n ? 1 : Math.min(1, Number((chain.tip().work * 10_000n) / work) / 10_000);
}

function restOf(left: number, perSecond: number | null): number | null {
  if (left <= 0 || perSecond === null || perSecond <= 0) return null;
  return Math.ceil(left / perSecond);
}
