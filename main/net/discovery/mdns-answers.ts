import type { Clock } from '../../lib/clock.ts';
import { createGroupedPool, type PoolLimits } from '../../lib/grouped-pool.ts';
import { sourceOf } from '../transport/pool-source.ts';
import { isRelayed, classOfAnnounced, withoutPeer } from '../transport/multiaddrs.ts';
import { createBucket, spend } from '../protocol/bucket.ts';

/** An mDNS answer of a computer on the local network. Its content is not verified. */
export interface LanAnswer {
  readonly id: { toString(): string };
  readonly multiaddrs: readonly { toString(): string }[];
}

/** Processes mDNS answers. Any computer on the local network can send them without limit. */
export interface LanAnswers {
  add(answer: LanAnswer): void;
  stop(): void;
}

const MAX_ADDRESSES = 4;
/** Limit on processed answers: the burst, and the number per second. A home network has no more nodes. */
export const LAN_ANSWERS = { burst: 50, perSecond: 1 } as const;
/** Limits on waiting answers, by the addresses that they claim. */
export const LAN_WAITING: PoolLimits = { total: 50, perHost: 2, perGroup: 32 };

/** @param onFound gets the private addresses of an answer, with the peer id */
export function createLanAnswers(
  onFound: (address: string) => void,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
): LanAnswers {
  const bucket = createBucket(LAN_ANSWERS.burst, LAN_ANSWERS.perSecond, clock.monotonic);
  // Limited per claimed address, so that one computer that floods does not displace the answers of others.
  const waiting = createGroupedPool<readonly string[]>(LAN_WAITING, () => undefined);
  let taking = false;
  let stopped = false;

  async function takeAll(): Promise<void> {
    taking = true;
    while (waiting.size > 0 && !stopped) {
      await spend(bucket, 1, clock);
      const [oldest] = waiting.entries();
      if (oldest === undefined || stopped) break;
      waiting.delete(oldest);
      for (const address of oldest) onFound(address);
    }
    taking = false;
  }

  return {
    add({ id, multiaddrs }) {
      const addresses = multiaddrs
        .slice(0, MAX_ADDRESSES)
        .map((each) => `${withoutPeer(each.toString())}/p2p/${id.toString()}`)
        // A computer on the local network has a private address. Any other address in its answer would be false.
        .filter((address) => classOfAnnounced(address) === 'private' && !isRelayed(address));
      if (addresses.length === 0 || stopped) return;
      waiting.add(addresses, sourceOf(addresses[0]!));
      if (!taking) void takeAll();
    },
    stop() {
      stopped = true;
    },
  };
}
