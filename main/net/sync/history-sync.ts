import { isMutatedBody } from '../../core/consensus/block-rules.ts';
import { fromHex } from '../../core/codec/hex.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { History, HistoryStatus } from '../../chain/history-check.ts';
import type { Peer } from '../peers/peer.ts';
import type { Peers } from '../peers/peers.ts';
import { FRAME, MAX_BLOCKS_PER_REQUEST } from '../protocol/frame-types.ts';
import { peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { encodeGetBlocks } from '../protocol/sync-messages.ts';
import { isBlock } from './request-blocks.ts';
import { createWake } from './wake.ts';

export interface HistorySyncDeps {
  readonly history: History;
  readonly peers: Pick<Peers, 'list' | 'report' | 'events'>;
  /** Whether the sync to the tip needs the peers. That sync has priority over the history. */
  busy(): boolean;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly log: Log;
}

/** Downloads and checks the blocks below the snapshot that the chain started from, in the background. */
export interface HistorySync {
  start(): void;
  stop(): Promise<void>;
  status(): HistoryStatus;
  /** Why the history contradicts the snapshot; null when it does not. */
  mismatch(): string | null;
}

/** Pause after a request without a result, and while the sync to the tip needs the peers. */
const PAUSE_MS = 500;

export function createHistorySync(deps: HistorySyncDeps): HistorySync {
  const { history, peers, busy, clock, log } = deps;
  const stopping = new AbortController();
  const wake = createWake(clock);
  let running: Promise<void> | null = null;
  let ended = false;
  let wrong: string | null = null;
  let turn = 0;
  const off: (() => void)[] = [];

  function choose(lowest: HeaderEntry): Peer | null {
    const able = peers
      .list()
      .filter(({ hello, tip }) => hello.servesFrom <= lowest.height && tip.work >= lowest.work);
    return able[turn++ % Math.max(1, able.length)] ?? null;
  }

  async function loop(): Promise<void> {
    // The next request, which is sent before the blocks of the last one are checked, and its peer.
    let next: { readonly peer: Peer; readonly blocks: Promise<Uint8Array[]> } | null = null;
    while (!stopping.signal.aborted && !ended) {
      // Twice as many as one request contains: half are downloaded while the other half is checked.
      const wanted = history.wanted(2 * MAX_BLOCKS_PER_REQUEST);
      const peer = wanted[0] === undefined || busy() ? null : choose(wanted[0]);
      if (peer === null) {
        // If no peer has these blocks, waits until one connects or claims more.
        const at = busy() ? clock.monotonic() + PAUSE_MS : Infinity;
        await wake.by(at, stopping.signal);
        continue;
      }
      const now: NonNullable<typeof next> = next ?? {
        peer,
        blocks: fetchBlocks(peer, wanted.slice(0, MAX_BLOCKS_PER_REQUEST), log),
      };
      const ahead = wanted.slice(MAX_BLOCKS_PER_REQUEST);
      const blocks: readonly Uint8Array[] = await now.blocks;
      next = ahead.length > 0 && blocks.length > 0 ? { peer, blocks: fetchBlocks(peer, ahead, log) } : null;
      if (blocks.length === 0) await clock.sleep(PAUSE_MS, stopping.signal);
      for (const bytes of blocks) {
        const refused = await history.submit(bytes);
        // A body that does not match its header is the fault of its sender. For any other broken rule the snapshot is
        // at fault, which `settled` reports.
        if (refused !== null && isMutatedBody(refused.code)) peers.report(now.peer.id, refused);
      }
    }
  }

  history.settled.then(
    () => {
      ended = true;
      wake.call();
      log.info('the history was checked', { blocks: history.status().of });
    },
    (error: unknown) => {
      ended = true;
      wake.call();
      wrong = messageOf(error);
      log.error('the history contradicts the snapshot', { cause: wrong });
    },
  );

  return {
    start() {
      off.push(peers.events.on('handshakeCompleted', wake.call), peers.events.on('tip', wake.call));
      running = loop().catch((error: unknown) =>
        log.error('the check of the history stopped', { error: String(error) }),
      );
    },
    async stop() {
      stopping.abort();
      await running;
      for (const each of off) each();
      await history.close();
    },
    status: history.status,
    mismatch: () => wrong,
  };
}

/** Requests these blocks. Resolves to those that arrive. */
async function fetchBlocks(peer: Peer, wanted: readonly HeaderEntry[], log: Log): Promise<Uint8Array[]> {
  const got: Uint8Array[] = [];
  let replies = 0;
  try {
    await peer.sync.call({
      kind: REQUEST.getBlocks,
      body: encodeGetBlocks(wanted.map(({ id }) => fromHex(id)!)),
      replies: wanted.length,
      onReply({ type, body }) {
        const { id } = wanted[replies++]!;
        if (type === FRAME.absent.type) return null;
        if (!isBlock(body, id)) return peerViolation('block-unasked', { id });
        got.push(body);
        return null;
      },
    });
  } catch (error) {
    log.debug('old blocks did not arrive', { peer: peer.id, cause: messageOf(error) });
  }
  return got;
}
