import type { Phase } from '../../../shared/contract/vocabulary.ts';
import type { Height } from '../../../shared/units.ts';
import type { Chain } from '../../state/chain/chain.ts';
import type { Peer } from '../peers/peer.ts';
import type { Rate } from './rate.ts';

/** How far this node is, for people. */
export interface SyncProgress {
  readonly phase: Extract<Phase, 'finding-peers' | 'headers' | 'snapshot' | 'blocks' | 'synced'>;
  readonly height: Height;
  /** Height of the best chain of headers known. */
  readonly headers: Height;
  /** The share of the known work that is connected, 0 to 1. */
  readonly progress: number;
  readonly blocksPerSecond: number;
  readonly bytesPerSecond: number;
  /** Null when no honest estimate can be made. */
  readonly etaSeconds: number | null;
}

export interface ProgressDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader'>;
  readonly peers: { list(): readonly Peer[] };
  readonly headersFrom: () => Peer | null;
  /** Chunks of a snapshot that are here, of how many. */
  readonly snapshot?: { readonly done: number; readonly of: number } | null;
  readonly rate: Rate;
}

/** One block behind is what every node is for a moment after each block. */
const CLOSE = 1;

export function syncProgress(deps: ProgressDeps): SyncProgress {
  const { chain, peers } = deps;
  const tip = chain.tip();
  const best = chain.bestHeader();
  const claimed = peers
    .list()
    .reduce((most, peer) => (peer.tip.work > most ? peer.tip.work : most), best.work);
  const phase = phaseOf(deps, tip.height, best.height);
  const rate = phase === 'blocks' ? deps.rate.now() : null;
  return {
    phase,
    height: tip.height,
    headers: best.height,
    progress:
      phase === 'snapshot'
        ? deps.snapshot!.done / deps.snapshot!.of
        : claimed === 0n
          ? 1
          : Number((tip.work * 10_000n) / claimed) / 10_000,
    blocksPerSecond: rate?.blocksPerSecond ?? 0,
    bytesPerSecond: rate?.bytesPerSecond ?? 0,
    etaSeconds: rate === null ? null : Math.ceil((best.height - tip.height) / rate.blocksPerSecond),
  };
}

function phaseOf(deps: ProgressDeps, height: Height, headers: Height): SyncProgress['phase'] {
  if (deps.peers.list().length === 0) return 'finding-peers';
  if (deps.snapshot) return 'snapshot';
  const source = deps.headersFrom();
  if (source !== null && source.tip.height > headers + CLOSE) return 'headers';
  return headers > height + CLOSE ? 'blocks' : 'synced';
}
