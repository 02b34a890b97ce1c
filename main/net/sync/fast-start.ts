import type { Notice } from '../../../shared/contract/fields.ts';
import { sleep } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { History, HistoryStatus } from '../../chain/history-check.ts';
import type { Peer } from '../peers/peer.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { BodySync } from './block-download.ts';
import type { HeaderSync } from './header-sync.ts';
import { createHistorySync, type HistorySync } from './history-sync.ts';
import type { SnapshotSync } from './snapshot-sync.ts';

export interface FastStartDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'base' | 'historyChecked'>;
  readonly peers: { list(): readonly Peer[]; report(peerId: string, peerViolation: PeerViolation): void };
  readonly headers: Pick<HeaderSync, 'source'>;
  readonly bodies: Pick<BodySync, 'start' | 'consider' | 'missing'>;
  /** Null = blocks from the first on, as always. */
  readonly snapshot: SnapshotSync | null;
  openHistory(): Promise<History | null>;
  readonly log: Log;
}

/** The order of a first sync: headers, a snapshot where there is one, the newest blocks, and the history behind it. */
export interface FastStart {
  start(): void;
  stop(): Promise<void>;
  history(): HistoryStatus | null;
  notices(): readonly Notice[];
}

const LOOK_MS = 100;
const CALM_LOOKS = 3;
/** With peers there and no headers coming from any for this long, blocks are as good. */
const HEADERS_MS = 120_000;

export function createFastStart(deps: FastStartDeps): FastStart {
  const { chain, peers, bodies, log } = deps;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let history: HistorySync | null = null;

  /** Nobody has headers left that we could take. Claims that weren't shown don't count: one liar would delay us. */
  const hasHeaders = (): boolean =>
    deps.headers.source() === null && chain.bestHeader().height > 0 && peers.list().length > 0;

  async function begin(): Promise<void> {
    if (deps.snapshot !== null && chain.tip().height === 0) {
      // A moment longer than it seems: between two peers there is nobody either.
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
        log.error('syncing could not begin', { error: String(error) }),
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
