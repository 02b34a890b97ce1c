import type { Hash } from '../../core/crypto/hash.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { encodeWids, MAX_WIDS } from '../protocol/announcements.ts';
import { createBucket } from '../protocol/bucket.ts';

export interface AnnouncerDeps {
  publish(data: Uint8Array, toAllPeers: boolean): Promise<number>;
  readonly clock: Pick<Clock, 'monotonic' | 'after' | 'soon'>;
  readonly random: Pick<Random, 'bytes'>;
}

/** Announces transactions in batches: a single one immediately, a stream of them ten times per second. */
export interface Announcer {
  /**
   * Announces a transaction. `toAllPeers`: to all peers instead of the mesh of the topic; for own transactions.
   */
  announce(wid: Hash, toAllPeers: boolean): void;
  stop(): void;
}

const BATCHES = { burst: 10, perSecond: 10 };
/**
 * Limit on announced wids: at most half of what peers accept (transaction-relay.ts). A reorganisation re-adds tens of
 * thousands of transactions to the mempool within seconds. A node that announced them all together would be treated
 * as one that floods.
 */
const WIDS_SENT = { burst: 10_000, perSecond: 1000 };
// Maximum number of waiting wids. More in one pause is a flood, which this node must not amplify. Peers get the rest
// with its block.
const MAX_QUEUED_WIDS = 20_000;

export function createAnnouncer({ publish, clock, random }: AnnouncerDeps): Announcer {
  const waiting = { mesh: [] as Hash[], allPeers: [] as Hash[] };
  const budget = createBucket(BATCHES.burst, BATCHES.perSecond, clock.monotonic);
  const sent = createBucket(WIDS_SENT.burst, WIDS_SENT.perSecond, clock.monotonic);
  let scheduled = false;
  let timer: Timer | undefined;
  let stopped = false;

  function flush(): void {
    scheduled = false;
    if (stopped) return;
    budget.take(1);
    for (const [wids, toAllPeers] of [
      [waiting.allPeers, true],
      [waiting.mesh, false],
    ] as const) {
      while (wids.length > 0) {
        const count = Math.min(wids.length, MAX_WIDS);
        if (!sent.take(count)) return schedule(sent.waitFor(count) + 1);
        const batch = wids.splice(0, count);
        // Having no peers is not a failure: a new peer requests the wids of the mempool.
        publish(encodeWids({ salt: random.bytes(8), wids: batch }), toAllPeers).catch(() => 0);
      }
    }
  }

  function schedule(pause: number): void {
    scheduled = true;
    if (pause === 0) void clock.soon().then(flush);
    else timer = clock.after(pause, flush);
  }

  return {
    announce(wid, toAllPeers) {
      if (stopped) return;
      const list = toAllPeers ? waiting.allPeers : waiting.mesh;
      if (list.length < MAX_QUEUED_WIDS) list.push(wid);
      if (!scheduled) schedule(budget.waitFor(1));
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
