import type { Clock } from '../../lib/clock.ts';

/** How many blocks each peer owes us, and since when it has given none. */
export interface OutstandingRequests {
  of(peerId: string): number;
  asked(peerId: string, blocks: number): void;
  /** One of them came, or a word that the peer hasn't it. */
  paid(peerId: string): void;
  /** So many will not come any more. */
  remitted(peerId: string, blocks: number): void;
  /** When it last gave one, or was first asked; 0 for a peer that owes nothing. Milliseconds of the clock. */
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
      if (!moved.has(peerId)) moved.set(peerId, clock.ms());
    },
    paid(peerId) {
      blocks.set(peerId, of(peerId) - 1);
      moved.set(peerId, clock.ms());
    },
    remitted: (peerId, count) => void blocks.set(peerId, Math.max(0, of(peerId) - count)),
    movedAt: (peerId) => moved.get(peerId) ?? 0,
    delete(peerId) {
      blocks.delete(peerId);
      moved.delete(peerId);
    },
  };
}
