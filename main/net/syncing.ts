import type { Notice } from '../../shared/contract/fields.ts';
import { powHash } from '../workers/pow.ts';
import type { Chain } from '../chain/chain.ts';
import type { Peers } from './peers/peers.ts';
import type { PeerStore } from './peers/peer-store.ts';
import type { NetworkDeps } from './ports.ts';
import { type BodySync, createBodySync } from './sync/block-download.ts';
import { createFastStart, type FastStart } from './sync/fast-start.ts';
import { createHeaderSync, type HeaderSync } from './sync/header-sync.ts';
import { keepKnownWork, minimumWork } from './sync/minimum-work.ts';
import { createPace } from './sync/download-pace.ts';
import { type SyncProgress, syncProgress } from './sync/sync-progress.ts';
import { createRate } from './sync/sync-rate.ts';
import { createOverallProgress } from './sync/overall-progress.ts';
import { createSnapshotSync, type SnapshotSync } from './sync/snapshot-sync.ts';

export interface SyncingDeps extends Pick<
  NetworkDeps,
  'network' | 'chain' | 'clock' | 'log' | 'minimumWork' | 'snapshotSync' | 'openHistory'
> {
  readonly peers: Peers;
  readonly store: PeerStore;
  /** Where snapshots are kept. */
  readonly directory: string;
  readonly random: () => number;
  /** Whether peers have blocks that our clock, which is wrong, does not let us take. */
  awaitsClock(): boolean;
}

/** How this node gets to the best chain that its peers have. */
export interface Syncing {
  readonly headers: Pick<HeaderSync, 'ask' | 'early'>;
  readonly bodies: BodySync;
  /** The work below which no chain is stored. */
  minimumWork(): bigint;
  /** The most work that the right chain was ever said to have, such as by a join link. */
  readonly knownWork: bigint;
  start(): void;
  /** Asks for nothing any more; what was asked for ends with the peers. */
  end(): Promise<void>;
  /** After the peers have ended. */
  stop(): Promise<void>;
  /** There is a new peer, or one that claims more than before. */
  consider(): void;
  forget(peerId: string): void;
  /** Notes how fast it gets on; called every two seconds or so. */
  look(): void;
  /** Its `progress` is of the whole way. */
  progress(): SyncProgress;
  /** Null when no snapshot is being fetched. */
  snapshot(): ReturnType<SnapshotSync['progress']> | null;
  readonly history: FastStart['history'];
  notices(): readonly Notice[];
}

export async function createSyncing(deps: SyncingDeps): Promise<Syncing> {
  const { chain, peers, clock } = deps;
  const log = deps.log.child('sync');
  const rate = createRate(clock.ms);
  const bodies = createBodySync({ chain, peers, rate, clock, log });
  const knownWork = await keepKnownWork(deps.store, deps.minimumWork ?? 0n);
  const least = workMeasure(chain, knownWork);
  const headers = createHeaderSync({ ...deps, minimumWork: least, powHash, onHeaders: bodies.consider, log });
  const snapshot = deps.snapshotSync ? createSnapshotSync({ ...deps, log }) : null;
  const first = createFastStart({
    chain,
    peers,
    headers,
    bodies,
    snapshot,
    openHistory: deps.openHistory ?? (() => Promise.resolve(null)),
    log,
  });
  const paces = { headers: createPace(clock.ms), chunks: createPace(clock.ms), blocks: createPace(clock.ms) };
  const fetched = () => snapshot?.progress() ?? null;
  const progress = createOverallProgress(() =>
    syncProgress({
      chain,
      peers,
      headersFrom: headers.source,
      snapshot: fetched(),
      rate,
      awaitsClock: deps.awaitsClock(),
      paces,
    }),
  );

  return {
    headers,
    bodies,
    minimumWork: least,
    knownWork,
    start: first.start,
    end: first.stop,
    stop: bodies.stop,
    consider() {
      headers.consider();
      bodies.consider();
    },
    forget(peerId) {
      headers.forget(peerId);
      bodies.forget(peerId);
    },
    look() {
      headers.look();
      const { phase } = progress();
      const figures = {
        headers: phase === 'headers' ? chain.bestHeader().height : null,
        blocks: phase === 'blocks' ? chain.tip().height : null,
        chunks: phase === 'snapshot' ? (fetched()?.done ?? 0) : null,
      };
      for (const kind of ['headers', 'blocks', 'chunks'] as const) {
        const figure = figures[kind];
        if (figure === null) paces[kind].restart();
        else paces[kind].look(figure);
      }
    },
    progress,
    snapshot: fetched,
    history: first.history,
    notices: () => [...first.notices(), ...bodies.notices()],
  };
}

/** What was validated once stays the measure, also while a reorganisation is under way. */
function workMeasure(chain: Pick<Chain, 'tip'>, known: bigint): () => bigint {
  let best = chain.tip();
  return () => {
    if (chain.tip().work > best.work) best = chain.tip();
    return minimumWork(best, known);
  };
}
