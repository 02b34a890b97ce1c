import { createGroupedPool, type PoolLimits } from '../../lib/grouped-pool.ts';
import { sourceOf } from '../transport/pool-source.ts';
import { isRelayed, toldClassOf, withoutPeer } from '../transport/multiaddrs.ts';
import { createBucket, spend } from '../protocol/bucket.ts';

/** What a computer on the local network says of itself, unproven. */
export interface LanAnswer {
  readonly id: { toString(): string };
  readonly multiaddrs: readonly { toString(): string }[];
}

/** The answers to mDNS: anybody on the local network sends as many as it likes. */
export interface LanAnswers {
  heard(answer: LanAnswer): void;
  stop(): void;
}

const MOST_ADDRESSES = 4;
/** Answers taken at once, and a second: a household has no more nodes. */
export const LAN_HEEDED = { burst: 50, perSecond: 1 } as const;
/** Answers that wait until they are taken, by the address that they claim. */
export const LAN_WAITING: PoolLimits = { total: 50, perHost: 2, perGroup: 32 };

/** @param onFound gets the private addresses of an answer, with its peer id. */
export function createLanAnswers(onFound: (address: string) => void): LanAnswers {
  const bucket = createBucket(LAN_HEEDED.burst, LAN_HEEDED.perSecond);
  // One computer that answers without end must not use up what is taken of the others.
  const waiting = createGroupedPool<readonly string[]>(LAN_WAITING, () => undefined);
  let taking = false;
  let stopped = false;

  async function takeAll(): Promise<void> {
    taking = true;
    while (waiting.size > 0 && !stopped) {
      await spend(bucket, 1);
      const [oldest] = waiting.entries();
      if (oldest === undefined || stopped) break;
      waiting.delete(oldest);
      for (const address of oldest) onFound(address);
    }
    taking = false;
  }

  return {
    heard({ id, multiaddrs }) {
      const addresses = multiaddrs
        .slice(0, MOST_ADDRESSES)
        .map((each) => `${withoutPeer(each.toString())}/p2p/${id.toString()}`)
        // Whoever is on the local network has an address of one; others would be somebody's lie.
        .filter((address) => toldClassOf(address) === 'private' && !isRelayed(address));
      if (addresses.length === 0 || stopped) return;
      waiting.add(addresses, sourceOf(addresses[0]!));
      if (!taking) void takeAll();
    },
    stop() {
      stopped = true;
    },
  };
}
