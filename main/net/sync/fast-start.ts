import type { Notice } from '../../../shared/contract/fields.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { History, HistoryStatus } from '../../chain/history-check.ts';
import type { Peers } from '../peers/peers.ts';
import type { BlockDownload } from './block-download.ts';
import type { HeaderSync } from './header-sync.ts';
import { createHistorySync, type HistorySync } from './history-sync.ts';
import type { SnapshotSync } from './snapshot-sync.ts';
import { createWake } from './wake.ts';

export interface FastStartDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'base' | 'historyChecked'>;
  readonly peers: Pick<Peers, 'list' | 'report' | 'events'>;
  readonly headers: Pick<HeaderSync, 'source' | 'events'>;
  readonly bodies: Pick<BlockDownload, 'start' | 'consider' | 'missing'>;
  /** Null: all blocks are synced from the first one on. */
  readonly snapshot: SnapshotSync | null;
  openHistory(): Promise<History | null>;
  /** Whether the disk has room for further blocks. */
  hasRoom(): boolean;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly log: Log;
}

/**
 * Runs an initial sync in order: headers, a snapshot if there is one, the newest blocks, then the history below the
 * snapshot.
 */
export interface FastStart {
  start(): void;
  stop(): Promise<void>;
  history(): HistoryStatus | null;
  notices(): readonly Notice[];
}

/**
 * Headers are complete when no header sync has run for this long. Between two sources there is a moment without one.
 */
const CALM_MS = 300;
/** If no headers arrive from any peer for this long, the download of blocks begins. */
const HEADERS_MS = 120_000;

export function createFastStart(deps: FastStartDeps): FastStart {
  const { chain, peers, bodies, clock, log } = deps;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let history: HistorySync | null = null;

  /**
   * Whether no peer has more headers that are useful here. Claims without proof do not count, because a lying peer
   * could delay the sync with them.
   */
  const hasHeaders = (): boolean =>
    deps.headers.source() === null && chain.bestHeader().height > 0 && peers.list().length > 0;

  /** Resolves when the headers are complete, or when they did not arrive although peers were connected. */
  async function awaitHeaders(signal: AbortSignal): Promise<void> {
    const wake = createWake(clock);
    const off = [
      deps.headers.events.on('source', wake.call),
      peers.events.on('handshakeCompleted', wake.call),
      peers.events.on('disconnected', wake.call),
    ];
    let last = clock.monotonic();
    // What is left of HEADERS_MS. It only counts down while peers are connected.
    let left = HEADERS_MS;
    let calmSince: number | null = null;
    let metPeers = false;
    while (!signal.aborted) {
      const now = clock.monotonic();
      if (metPeers) left -= now - last;
      last = now;
      metPeers = peers.list().length > 0;
      calmSince = hasHeaders() ? (calmSince ?? now) : null;
      const calmAt = calmSince === null ? Infinity : calmSince + CALM_MS;
      const end = Math.min(calmAt, metPeers ? now + left : Infinity);
      if (end <= now) break;
      await wake.by(end, signal);
    }
    for (const each of off) each();
  }

  async function begin(): Promise<void> {
    if (deps.snapshot !== null && chain.tip().height === 0) {
      await awaitHeaders(stopping.signal);
      if (!stopping.signal.aborted) await deps.snapshot.run(stopping.signal);
    }
    if (stopping.signal.aborted) return;
    bodies.start();
    bodies.consider();
    if (chain.base() === null || chain.historyChecked()) return;
    const opened = await deps.openHistory();
    if (opened === null || stopping.signal.aborted) return void (await opened?.close());
    history = createHistorySync({
      history: opened,
      peers,
      // The newest blocks first; and none while the disk has no room.
      busy: () => bodies.missing() > 2 || !deps.hasRoom(),
      clock,
      log,
    });
    history.start();
  }

  return {
    start() {
      running = begin().catch((error: unknown) =>
        log.error('the sync could not start; no blocks are downloaded until the node is restarted', {
          error: String(error),
        }),
      );
    },
    async stop() {
      stopping.abort();
      await running;
      await history?.stop();
    },
    history: () => history?.status() ?? null,
    notices() {
      const why = history?.mismatch() ?? null;
      if (why === null) return [];
      const message = `The blocks before the snapshot contradict the snapshot with which this node started (${why}). Do not spend: delete the chain's data and sync again from other nodes.`;
      return [{ code: 'snapshot-mismatch', message }];
    },
  };
}
