import type { Notice } from '../../../shared/contract/fields.ts';
import { sleep } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { History, HistoryStatus } from '../../chain/history-check.ts';
import type { Peer } from '../peers/peer.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { BlockDownload } from './block-download.ts';
import type { HeaderSync } from './header-sync.ts';
import { createHistorySync, type HistorySync } from './history-sync.ts';
import type { SnapshotSync } from './snapshot-sync.ts';

export interface FastStartDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'base' | 'historyChecked'>;
  readonly peers: { list(): readonly Peer[]; report(peerId: string, peerViolation: PeerViolation): void };
  readonly headers: Pick<HeaderSync, 'source'>;
  readonly bodies: Pick<BlockDownload, 'start' | 'consider' | 'missing'>;
  /** Null = sync all blocks from the first one. */
  readonly snapshot: SnapshotSync | null;
  openHistory(): Promise<History | null>;
  readonly log: Log;
}

/**
 * The order of an initial sync: headers, a snapshot if there is one, the newest blocks, then the history below the
 * snapshot.
 */
export interface FastStart {
  start(): void;
  stop(): Promise<void>;
  history(): HistoryStatus | null;
  notices(): readonly Notice[];
}

const LOOK_MS = 100;
const CALM_LOOKS = 3;
/** If no headers arrive from any peer for this long, the download of blocks begins. */
const HEADERS_MS = 120_000;

export function createFastStart(deps: FastStartDeps): FastStart {
  const { chain, peers, bodies, log } = deps;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let history: HistorySync | null = null;

  /**
   * Whether no peer has headers left that are useful here. Unproven claims do not count: a lying peer could delay the
   * sync with them.
   */
  const hasHeaders = (): boolean =>
    deps.headers.source() === null && chain.bestHeader().height > 0 && peers.list().length > 0;

  async function begin(): Promise<void> {
    if (deps.snapshot !== null && chain.tip().height === 0) {
      // Waits several checks: between two header sources there is a moment without one.
      for (let waited = 0, calm = 0; waited < HEADERS_MS && calm < CALM_LOOKS;) {
        if (stopping.signal.aborted) break;
        await sleep(LOOK_MS);
        if (peers.list().length > 0) waited += LOOK_MS;
        calm = hasHeaders() ? calm + 1 : 0;
      }
      if (!stopping.signal.aborted) await deps.snapshot.run(stopping.signal);
    }
    if (stopping.signal.aborted) return;
    bodies.start();
    bodies.consider();
    if (chain.base() === null || chain.historyChecked()) return;
    const opened = await deps.openHistory();
    if (opened === null || stopping.signal.aborted) return void (await opened?.close());
    history = createHistorySync({ history: opened, peers, busy: () => bodies.missing() > 2, log });
    history.start();
  }

  return {
    start() {
      running = begin().catch((error: unknown) =>
        log.error('the sync could not start', { error: String(error) }),
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
      const message = `The blocks before the snapshot that this node began with do not lead to it (${why}). Do not spend: delete the chain's data and sync again from other nodes.`;
      return [{ code: 'snapshot-mismatch', message }];
    },
  };
}
