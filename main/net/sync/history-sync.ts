import { blamesOnlyTheBody } from '../../core/consensus/block-rules.ts';
import { fromHex } from '../../core/codec/hex.ts';
import { HEADER_BYTES } from '../../core/primitives/limits.ts';
import { DOMAIN, hash } from '../../core/crypto/hash.ts';
import { toHex } from '../../core/codec/hex.ts';
import { messageOf } from '../../lib/errors.ts';
import { sleep } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { History, HistoryStatus } from '../../chain/history-check.ts';
import type { Peer } from '../peers/peer.ts';
import { FRAME, MAX_BLOCKS_ASKED } from '../protocol/frame-types.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { encodeGetBlocks } from '../protocol/sync-messages.ts';

export interface HistorySyncDeps {
  readonly history: History;
  readonly peers: { list(): readonly Peer[]; report(peerId: string, peerViolation: PeerViolation): void };
  /** Whether the tip has all the peers' attention; history can wait. */
  busy(): boolean;
  readonly log: Log;
}

/** Fetches and checks the blocks below the snapshot that the chain began with, in the background. */
export interface HistorySync {
  start(): void;
  stop(): Promise<void>;
  status(): HistoryStatus;
  /** Why the history contradicts the snapshot, or null. */
  mismatch(): string | null;
}

const PAUSE_MS = 500;

export function createHistorySync({ history, peers, busy, log }: HistorySyncDeps): HistorySync {
  let running: Promise<void> | null = null;
  let stopped = false;
  let ended = false;
  let wrong: string | null = null;
  let turn = 0;

  function choose(lowest: HeaderEntry): Peer | null {
    const able = peers
      .list()
      .filter(({ hello, tip }) => hello.servesFrom <= lowest.height && tip.work >= lowest.work);
    return able[turn++ % Math.max(1, able.length)] ?? null;
  }

  async function fetch(peer: Peer, wanted: readonly HeaderEntry[]): Promise<Uint8Array[]> {
    const got: Uint8Array[] = [];
    try {
      await peer.sync.call({
        kind: REQUEST.getBlocks,
        body: encodeGetBlocks(wanted.map(({ id }) => fromHex(id)!)),
        replies: wanted.length,
        onReply({ type, body }) {
          if (type === FRAME.absent.type) return null;
          const id = toHex(hash(DOMAIN.header, body.subarray(0, HEADER_BYTES)));
          const asked = wanted.some((entry) => entry.id === id);
          if (asked) got.push(body);
          return asked ? null : peerViolation('block-unasked', { id });
        },
      });
    } catch (error) {
      log.debug('old blocks did not come', { peer: peer.id, cause: messageOf(error) });
    }
    return got;
  }

  async function loop(): Promise<void> {
    // What was asked for ahead, and of whom.
    let next: { readonly peer: Peer; readonly blocks: Promise<Uint8Array[]> } | null = null;
    while (!stopped && !ended) {
      // Twice as many as one question: half of them are on their way while the others are checked.
      const wanted = history.wanted(2 * MAX_BLOCKS_ASKED);
      const peer = wanted[0] === undefined || busy() ? null : choose(wanted[0]);
      if (peer === null) {
        await sleep(PAUSE_MS);
        continue;
      }
      const now: NonNullable<typeof next> = next ?? {
        peer,
        blocks: fetch(peer, wanted.slice(0, MAX_BLOCKS_ASKED)),
      };
      const ahead = wanted.slice(MAX_BLOCKS_ASKED);
      const blocks: readonly Uint8Array[] = await now.blocks;
      next = ahead.length > 0 && blocks.length > 0 ? { peer, blocks: fetch(peer, ahead) } : null;
      if (blocks.length === 0) await sleep(PAUSE_MS);
      for (const bytes of blocks) {
        const refused = await history.submit(bytes);
        // A body that isn't the header's: its sender's fault. Any other rule is the snapshot's, and `settled` tells.
        if (refused !== null && blamesOnlyTheBody(refused.code)) peers.report(now.peer.id, refused);
      }
    }
  }

  history.settled.then(
    () => {
      ended = true;
      log.info('history is checked', { blocks: history.status().of });
    },
    (error: unknown) => {
      ended = true;
      wrong = messageOf(error);
      log.error('history contradicts the snapshot', { cause: wrong });
    },
  );

  return {
    start() {
      running = loop().catch((error: unknown) =>
        log.error('history is not checked any further', { error: String(error) }),
      );
    },
    async stop() {
      stopped = true;
      await running;
      await history.close();
    },
    status: history.status,
    mismatch: () => wrong,
  };
}
