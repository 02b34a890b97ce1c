import type { Notice } from '../../../shared/contract/fields.ts';
import { isMutatedBody } from '../../core/consensus/block-rules.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { BlocksInFlight } from './blocks-in-flight.ts';
import type { Sources } from './block-sources.ts';
import { requestBlocks } from './request-blocks.ts';

export interface GapSyncDeps {
  readonly chain: Pick<Chain, 'gaps' | 'gapRange' | 'expectGaps' | 'lowestServedHeight'>;
  readonly peers: { list(): readonly Peer[]; report(peerId: string, peerViolation: PeerViolation): void };
  readonly inFlight: BlocksInFlight;
  readonly sources: Pick<Sources, 'claims'>;
  /** Whether bodies on the path to the best header are missing. These have priority. */
  busy(): boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Downloads lost bodies of the active chain (gaps) with low priority: a gap that no peer serves must never delay the
 * best chain. A peer is not penalised for lacking such a body.
 */
export interface GapSync {
  /** Requests the next gaps. Costs little when there are none. */
  check(): void;
  /** A notice while there are gaps that no connected peer serves (`history-incomplete`). */
  notices(): readonly Notice[];
  forget(peerId: string): void;
  stop(): void;
}

/** Blocks per request: at most 4 MB, so that a request for a new block never waits long behind it. */
const BLOCKS_PER_REQUEST = 4;
/** Number of requests at the same time, each to another peer. */
const MAX_PARALLEL = 2;
/** A peer that lacks a block, or has none of the gaps, is asked again after this time. */
const RETRY_MS = 600_000;
const IDLE_MS = 10_000;
/** Maximum number of blocks that are remembered as declined by one peer. Others are forgotten and requested again. */
const DECLINED_MOST = 4096;
/** After this time without progress the user is informed. */
const NOTICE_MS = 30_000;
/** After this time without progress although peers are connected, other work no longer waits for the gaps. */
const GIVE_UP_MS = 600_000;

interface Source {
  /** Blocks that this peer declined, and when each may be requested again. */
  readonly declined: Map<string, number>;
  /** Whether a request to this peer is open, or its blocks are being stored. */
  isAsked: boolean;
  idleUntil: number;
}

export function createGapSync(deps: GapSyncDeps): GapSync {
  const { chain, peers, inFlight, clock, log } = deps;
  const known = new Map<string, Source>();
  const progress = createGapProgress(deps);
  let stopped = false;

  const sourceOf = (peerId: string): Source => {
    let source = known.get(peerId);
    if (source === undefined)
      known.set(peerId, (source = { declined: new Map(), isAsked: false, idleUntil: 0 }));
    return source;
  };

  function wantedFrom(peer: Peer, source: Source): HeaderEntry[] {
    return chain.gaps(deps.busy() ? 1 : BLOCKS_PER_REQUEST, (entry) => {
      if (entry.height < peer.hello.servesFrom || peer.tip.work < entry.work) return false;
      if ((source.declined.get(entry.id) ?? 0) > clock.monotonic()) return false;
      if (inFlight.stateOf(entry.id) !== null) return false;
      return deps.sources.claims(peer, entry) !== false;
    });
  }

  function check(): void {
    if (stopped) return;
    if (!progress.check()) return;
    const now = clock.monotonic();
    for (const peer of peers.list()) {
      if ([...known.values()].filter(({ isAsked }) => isAsked).length >= MAX_PARALLEL) break;
      const source = sourceOf(peer.id);
      if (source.isAsked || source.idleUntil > now) continue;
      const wanted = wantedFrom(peer, source);
      if (wanted.length > 0) void fetch(peer, source, wanted);
      else source.idleUntil = now + IDLE_MS;
    }
  }

  async function fetch(peer: Peer, source: Source, entries: readonly HeaderEntry[]): Promise<void> {
    source.isAsked = true;
    await requestBlocks({ inFlight, isWanted: () => false, log }, peer, entries, 'gap', {});
    const filled = await store(peer, entries);
    if (source.declined.size > DECLINED_MOST) source.declined.clear();
    for (const { id } of entries) if (!filled.has(id)) source.declined.set(id, clock.monotonic() + RETRY_MS);
    source.isAsked = false;
    if (filled.size > 0) {
      progress.moved(clock.monotonic());
      log.info('lost bodies were downloaded again', { peer: peer.id, blocks: filled.size });
      check();
    }
  }

  /** Resolves to the ids of the blocks that were stored. */
  async function store(peer: Peer, entries: readonly HeaderEntry[]): Promise<ReadonlySet<string>> {
    const filled = new Set<string>();
    for (const { id } of entries) {
      const submitted = stopped ? null : await inFlight.submit(id);
      if (submitted === null) continue;
      const { result } = submitted;
      if (!isViolation(result)) filled.add(id);
      else if (isMutatedBody(result.code)) peers.report(peer.id, result);
    }
    return filled;
  }

  return {
    check,
    notices: progress.notices,
    forget: (peerId) => void known.delete(peerId),
    stop() {
      stopped = true;
    },
  };
}

/** Measures how long the gaps have not been filled, and creates the notice about it. */
function createGapProgress({ chain, peers, clock }: Pick<GapSyncDeps, 'chain' | 'peers' | 'clock'>) {
  /** When gaps appeared or one was last filled; null when there are none. */
  let progressAt: number | null = null;
  /** The later of `progressAt` and the last moment without any peer. */
  let waitedSince = 0;
  let notice: Notice | null = null;
  let noticedAt = -Infinity;

  function moved(at: number | null): void {
    progressAt = at;
    waitedSince = at ?? 0;
    notice = null;
    noticedAt = -Infinity;
    chain.expectGaps(true);
  }

  return {
    moved,
    /** Checks the gaps. False when there are none. */
    check(): boolean {
      if (chain.gaps(1, () => true).length === 0) {
        if (progressAt !== null) moved(null);
        return false;
      }
      const now = clock.monotonic();
      if (progressAt === null) moved(now);
      if (peers.list().length === 0) waitedSince = now;
      if (now - waitedSince >= GIVE_UP_MS) chain.expectGaps(false);
      if (now - progressAt! >= NOTICE_MS && now - noticedAt >= IDLE_MS) {
        noticedAt = now;
        notice = describeGaps(chain);
      }
      return true;
    },
    notices: (): readonly Notice[] => (notice === null ? [] : [notice]),
  };
}

function describeGaps(chain: GapSyncDeps['chain']): Notice | null {
  const range = chain.gapRange();
  if (range === null) return null;
  const { count, lowest, highest } = range;
  const which =
    count === 1
      ? `The block at height ${lowest} is missing on this computer, and no connected peer has delivered it.`
      : `${count} blocks from height ${lowest} to ${highest} are missing on this computer, and no connected peer has delivered them.`;
  return {
    code: 'history-incomplete',
    message: `${which} This node serves blocks from height ${chain.lowestServedHeight()} on, like a pruned node, and continues to search for the missing ones.`,
  };
}
