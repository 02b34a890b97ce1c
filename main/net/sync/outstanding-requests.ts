import type { Clock } from '../../lib/clock.ts';

/** The number of blocks requested from each peer, and the time since its last delivery. */
export interface OutstandingRequests {
  of(peerId: string): number;
  asked(peerId: string, blocks: number): void;
  /** The peer delivered a block, or answered that it does not have it. */
  paid(peerId: string): void;
  /** This many requested blocks will not arrive any more. */
  remitted(peerId: string, blocks: number): void;
  /** When the peer last delivered, or was first asked; 0 without outstanding requests. Milliseconds of the clock. */
  movedAt(peerId: string): number;
  delete(peerId: string): void;
}

export function createOutstandingRequests(clock: Clock): OutstandingRequests {
  const blocks = new Map<string, number>();
  const moved = new Map<string, number>();
  const of = (peerId: string): number => blocks.get(peerId) ?? 0;
  return {
    of,
    asked(peerId, count) {
      blocks.set(peerId, of(peerId) + count);
      if (!moved.has(peerId)) moved.set(peerId, clock.monotonic());
    },
    paid(peerId) {
      blocks.set(peerId, of(peerId) - 1);
      moved.set(peerId, clock.monotonic());
    },
    remitted: (peerId, count) => void blocks.set(peerId, Math.max(0, of(peerId) - count)),
    movedAt: (peerId) => moved.get(peerId) ?? 0,
    delete(peerId) {
      blocks.delete(peerId);
      moved.delete(peerId);
    },
  };
}
