import type { Time } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { peerIdOf } from '../transport/multiaddrs.ts';

export interface DialAttemptsDeps {
  readonly clock: Pick<Time, 'monotonic'>;
  readonly random: Pick<Random, 'number'>;
}

/** Records when each address and each peer may be dialled again. Times are of the monotonic clock. */
export interface DialAttempts {
  /** The peer that answered at this address, or the peer id in the address. Null when it is unknown. */
  peerAt(address: string): string | null;
  /** Records that this peer answered at the address. */
  answered(address: string, peerId: string): void;
  succeeded(address: string): void;
  /**
   * Records a failed attempt. The pause doubles with each failure, up to `longestMs`. With `permanent` it is that
   * long immediately.
   */
  failed(address: string, longestMs: number, permanent: boolean): void;
  /** The connection with this peer ended. Its addresses pause for about this time. */
  pause(peerId: string, ms: number): void;
  /** Does not dial this peer for this time, at any address. */
  shun(peerId: string, ms: number): void;
  readmit(peerId: string): void;
  isPausing(address: string): boolean;
  isShunned(peerId: string): boolean;
  /** When the next pause ends; Infinity when there is none. */
  next(): number;
  /** Removes records that are not needed any more. `knows`: whether this peer has a connection. */
  prune(knows: (peerId: string) => boolean): void;
}

/** Number of addresses whose attempts are remembered. Exceeded only while all attempts are recent. */
const MAX_ATTEMPTS = 1000;
export const FIRST_DELAY_MS = 500;
/** No pause is longer. After this time an attempt may be forgotten. */
const LONGEST_PAUSE_MS = 600_000;

interface Attempt {
  failures: number;
  notBefore: number;
  /** The peer that answered. Needed for addresses without a peer id. */
  peerId: string | null;
}

export function createDialAttempts({ clock, random }: DialAttemptsDeps): DialAttempts {
  const attempts = new Map<string, Attempt>();
  const shunned = new Map<string, number>();

  const attemptOf = (address: string): Attempt => {
    const found = attempts.get(address) ?? { failures: 0, notBefore: 0, peerId: peerIdOf(address) };
    attempts.set(address, found);
    return found;
  };

  return {
    peerAt: (address) => attempts.get(address)?.peerId ?? null,
    answered: (address, peerId) => void (attemptOf(address).peerId = peerId),
    succeeded: (address) => void (attemptOf(address).failures = 0),
    failed(address, longestMs, permanent) {
      const attempt = attemptOf(address);
      attempt.failures++;
      const grown = FIRST_DELAY_MS * 2 ** Math.min(attempt.failures, 10);
      const delay = permanent ? longestMs : Math.min(longestMs, grown);
      attempt.notBefore = clock.monotonic() + delay * (0.75 + 0.5 * random.number());
    },
    pause(peerId, ms) {
      for (const attempt of attempts.values())
        if (attempt.peerId === peerId) attempt.notBefore = clock.monotonic() + ms * (0.5 + random.number());
    },
    shun: (peerId, ms) => void shunned.set(peerId, clock.monotonic() + ms),
    readmit: (peerId) => void shunned.delete(peerId),
    isPausing: (address) => (attempts.get(address)?.notBefore ?? 0) > clock.monotonic(),
    isShunned: (peerId) => (shunned.get(peerId) ?? 0) > clock.monotonic(),
    next() {
      const now = clock.monotonic();
      let next = Infinity;
      for (const { notBefore } of attempts.values()) if (notBefore > now) next = Math.min(next, notBefore);
      for (const until of shunned.values()) if (until > now) next = Math.min(next, until);
      return next;
    },
    prune(knows) {
      const now = clock.monotonic();
      for (const [peerId, until] of shunned) if (until <= now) shunned.delete(peerId);
      // Removes addresses that the address manager no longer has and whose longest pause is over.
      for (const [address, { notBefore, peerId }] of attempts) {
        if (attempts.size <= MAX_ATTEMPTS) break;
        if (notBefore + LONGEST_PAUSE_MS < now && !knows(peerId ?? '')) attempts.delete(address);
      }
    },
  };
}
