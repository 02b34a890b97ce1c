import type { Hash } from '../../core/crypto/hash.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { encodeWids, MAX_WIDS } from '../protocol/announcements.ts';
import { createBucket } from '../protocol/bucket.ts';

export interface AnnouncerDeps {
  publish(data: Uint8Array, everyone: boolean): Promise<number>;
  readonly clock: Pick<Clock, 'monotonic' | 'after' | 'soon'>;
  readonly random: Pick<Random, 'bytes'>;
}

/** Batches announcements: a single transaction is announced at once, a stream of them ten times a second. */
export interface Announcer {
  /** `everyone`: to all peers instead of the mesh of the topic only; for own transactions. */
  announce(wid: Hash, everyone: boolean): void;
  stop(): void;
}

const BATCHES = { burst: 10, perSecond: 10 };
/**
 * Limit for announced wids: at most half of what peers accept (transaction-relay.ts). A reorganisation returns tens
 * of thousands of transactions to the mempool within seconds, and a node that announces them all at once would be
 * treated as flooding.
 */
const WIDS_SENT = { burst: 10_000, perSecond: 1000 };
// More than this in one pause is a flood that this node would only amplify; peers get the rest with its block.
const MOST_WAITING = 20_000;

export function createAnnouncer({ publish, clock, random }: AnnouncerDeps): Announcer {
  const waiting = { mesh: [] as Hash[], everyone: [] as Hash[] };
  const budget = createBucket(BATCHES.burst, BATCHES.perSecond, clock.monotonic);
  const sent = createBucket(WIDS_SENT.burst, WIDS_SENT.perSecond, clock.monotonic);
  let scheduled = false;
  let timer: Timer | undefined;
  let stopped = false;

  function flush(): void {
    scheduled = false;
    if (stopped) return;
    budget.take(1);
    for (const [wids, everyone] of [
      [waiting.everyone, true],
      [waiting.mesh, false],
    ] as const) {
      while (wids.length > 0) {
        const count = Math.min(wids.length, MAX_WIDS);
        if (!sent.take(count)) return schedule(sent.waitFor(count) + 1);
        const batch = wids.splice(0, count);
        // Having no peers is not a failure: a new peer requests the list of the mempool.
        publish(encodeWids({ salt: random.bytes(8), wids: batch }), everyone).catch(() => 0);
      }
    }
  }

  function schedule(pause: number): void {
    scheduled = true;
    if (pause === 0) void clock.soon().then(flush);
    else timer = clock.after(pause, flush);
  }

  return {
    announce(wid, everyone) {
      if (stopped) return;
      const list = everyone ? waiting.everyone : waiting.mesh;
      if (list.length < MOST_WAITING) list.push(wid);
      if (!scheduled) schedule(budget.waitFor(1));
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
