import { randomBytes } from 'node:crypto';
import type { Hash } from '../../../core/crypto/hash.ts';
import { encodeWids, MAX_WIDS } from '../../wire/messages/announcements.ts';
import { createBucket } from '../../wire/bucket.ts';

export interface AnnouncerDeps {
  publish(data: Uint8Array, everyone: boolean): Promise<number>;
}

/** Gathers what is to be announced into batches: single payments go at once, a stream of them ten times a second. */
export interface Announcer {
  /** `everyone`: to all peers and not only to the mesh of the topic; for our own payments. */
  announce(wid: Hash, everyone: boolean): void;
  stop(): void;
}

const BATCHES = { burst: 10, perSecond: 10 };
// More than this in one pause is a flood that we would only pass on; the rest is found when its block comes.
const MOST_WAITING = 20_000;

export function createAnnouncer(deps: AnnouncerDeps): Announcer {
  const waiting = { mesh: [] as Hash[], everyone: [] as Hash[] };
  const budget = createBucket(BATCHES.burst, BATCHES.perSecond);
  let timer: NodeJS.Timeout | NodeJS.Immediate | null = null;
  let stopped = false;

  function flush(): void {
    timer = null;
    budget.take(1);
    for (const [wids, everyone] of [
      [waiting.everyone, true],
      [waiting.mesh, false],
    ] as const) {
      while (wids.length > 0) {
        const batch = wids.splice(0, MAX_WIDS);
        // Nobody to tell isn't a failure: those who come later ask for what we have.
        deps.publish(encodeWids({ salt: randomBytes(8), wids: batch }), everyone).catch(() => 0);
      }
    }
  }

  return {
    announce(wid, everyone) {
      if (stopped) return;
      const list = everyone ? waiting.everyone : waiting.mesh;
      if (list.length < MOST_WAITING) list.push(wid);
      if (timer !== null) return;
      const pause = budget.waitFor(1);
      timer = pause === 0 ? setImmediate(flush) : setTimeout(flush, pause);
    },
    stop() {
      stopped = true;
      if (timer === null) return;
      clearTimeout(timer as NodeJS.Timeout);
      clearImmediate(timer as NodeJS.Immediate);
    },
  };
}
