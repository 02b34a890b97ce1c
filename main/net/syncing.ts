import type { Notice } from '../../shared/contract/fields.ts';
import { sentenceFor } from '../../shared/errors.ts';
import type { Time } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { powHash } from '../workers/pow.ts';
import type { Chain } from '../chain/chain.ts';
import type { Peers } from './peers/peers.ts';
import type { PeerStore } from './peers/peer-store.ts';
import type { NetworkDeps } from './ports.ts';
import { type BlockDownload, type BlockDownloadDeps, createBlockDownload } from './sync/block-download.ts';
import { createFastStart, type FastStart } from './sync/fast-start.ts';
import { createHeaderSync, type HeaderSync } from './sync/header-sync.ts';
import { keepKnownWork, minimumWork } from './sync/minimum-work.ts';
import { createPace } from './sync/download-pace.ts';
import { createSyncEstimate, type ShownProgress } from './sync/sync-estimate.ts';
import { syncProgress } from './sync/sync-progress.ts';
import { createRate, type Rate } from './sync/sync-rate.ts';
import { createOverallProgress } from './sync/overall-progress.ts';
import { createSnapshotSync, type SnapshotSync } from './sync/snapshot-sync.ts';

export interface SyncingDeps extends Pick<
  NetworkDeps,
  'network' | 'chain' | 'clock' | 'log' | 'minimumWork' | 'snapshotSync' | 'openHistory' | 'hasRoom'
> {
  readonly peers: Peers;
  readonly store: PeerStore;
  /** The folder with the snapshots. */
  readonly directory: string;
  readonly random: Random;
  readonly received: BlockDownloadDeps['received'];
}

/** Syncs this node to the best chain of its peers. */
export interface Syncing {
  readonly headers: Pick<HeaderSync, 'ask' | 'early' | 'source'>;
  readonly bodies: BlockDownload;
  /** The work below which no chain is stored. */
  minimumWork(): bigint;
  /** The most work that a join link ever named for the correct chain. */
  readonly knownWork: bigint;
  start(): void;
  /** Stops sending requests. Open requests end when the peers stop. */
  end(): Promise<void>;
  /** Called after the peers have stopped. */
  stop(): Promise<void>;
  /** A peer connected, or claims a better chain than before. */
  consider(): void;
  forget(peerId: string): void;
  /** Checks the peers again whose headers were ahead of our clock. */
  recheck(): void;
  readonly rate: Rate;
  /** Null when no snapshot is being downloaded. */
  snapshot(): ReturnType<SnapshotSync['progress']> | null;
  readonly history: FastStart['history'];
  /** Whether the disk has room for further blocks; without it the download of blocks is paused. */
  hasRoom(): boolean;
  notices(): readonly Notice[];
}

const PAUSED: Notice = { code: 'sync-paused-disk', message: sentenceFor('sync-paused-disk') };

export async function createSyncing(deps: SyncingDeps): Promise<Syncing> {
  const { network, chain, peers, clock, random } = deps;
  const log = deps.log.child('sync');
  const { hasRoom = () => true } = deps;
  const rate = createRate(clock.monotonic);
  const bodies = createBlockDownload({ chain, peers, received: deps.received, rate, hasRoom, clock, log });
  const knownWork = await keepKnownWork(deps.store, deps.minimumWork ?? 0n);
  const least = workMeasure(chain, knownWork);
  const headers = createHeaderSync({
    network,
    chain,
    peers,
    clock,
    random,
    minimumWork: least,
    powHash,
    onHeaders: bodies.consider,
    log,
  });
  const snapshot = deps.snapshotSync
    ? createSnapshotSync({ network, chain, peers, directory: deps.directory, clock, log })
    : null;
  const first = createFastStart({
    chain,
    peers,
    headers,
    bodies,
    snapshot,
    hasRoom,
    openHistory: deps.openHistory ?? (() => Promise.resolve(null)),
    clock,
    log,
  });

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
    recheck: headers.check,
    rate,
    snapshot: () => snapshot?.progress() ?? null,
    history: first.history,
    hasRoom,
    notices: () => [...(hasRoom() ? [] : [PAUSED]), ...first.notices(), ...bodies.notices()],
  };
}

export interface SyncStatusDeps {
  readonly chain: Chain;
  readonly peers: Peers;
  readonly clock: Pick<Time, 'monotonic'>;
  readonly syncing: Pick<Syncing, 'headers' | 'rate' | 'recheck' | 'snapshot' | 'hasRoom'>;
  /** Whether peers have blocks that this node rejects because its own clock is wrong. */
  awaitsClock(): boolean;
}

/** Progress and speed of the sync. */
export interface SyncStatus {
  /**
   * Measures the speed, and checks the peers again whose headers were ahead of our clock. Called about every two
   * seconds.
   */
  check(): void;
  /** The progress. Its field `progress` is that of the whole sync. */
  progress(): ShownProgress;
}

export function createSyncStatus({ chain, peers, clock, syncing, awaitsClock }: SyncStatusDeps): SyncStatus {
  const paces = {
    headers: createPace(clock.monotonic),
    chunks: createPace(clock.monotonic),
    blocks: createPace(clock.monotonic),
  };
  const read = () =>
    syncProgress({
      chain,
      peers,
      headersFrom: syncing.headers.source,
      snapshot: syncing.snapshot(),
      rate: syncing.rate,
      awaitsClock: awaitsClock(),
      hasRoom: syncing.hasRoom(),
      paces,
    });
  const overall = createOverallProgress();
  const estimate = createSyncEstimate(clock.monotonic);
  // The estimate needs the progress of the phase.
  const progress = (): ShownProgress => {
    const phase = read();
    return { ...overall(phase), etaRange: estimate(phase) };
  };
  return {
    check() {
      syncing.recheck();
      const { phase } = progress();
      const figures = {
        headers: phase === 'headers' ? chain.bestHeader().height : null,
        blocks: phase === 'blocks' ? chain.tip().height : null,
        chunks: phase === 'snapshot' ? (syncing.snapshot()?.done ?? 0) : null,
      };
      for (const kind of ['headers', 'blocks', 'chunks'] as const) {
        const figure = figures[kind];
        if (figure === null) paces[kind].restart();
        else paces[kind].record(figure);
      }
    },
    progress,
  };
}

/**
 * The work below which no chain is stored. It follows the best chain that was ever validated, also during a
 * reorganisation.
 */
function workMeasure(chain: Pick<Chain, 'tip'>, known: bigint): () => bigint {
  let best = chain.tip();
  return () => {
    if (chain.tip().work > best.work) best = chain.tip();
    return minimumWork(best, known);
  };
}
