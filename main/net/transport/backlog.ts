import type { Stream } from '@libp2p/interface';

/** Bytes of gossip of one peer that have arrived and wait for their turn. */
export interface Backlog {
  /** Watches what arrives on a stream; of one peer the last stream counts. */
  watch(peerId: string, stream: Stream): void;
  /** So many of the peer's bytes have been taken. */
  taken(peerId: string, bytes: number): void;
  forget(peerId: string): void;
}

/** More than one packet of the router can have. */
const MOST_BYTES = 512 * 1024;
const RESUME_BYTES = MOST_BYTES / 2;

/**
 * The router's streams queue whatever arrives. A peer that sends faster than its turn comes is held back here, in its
 * own window, and keeps at most a window and MOST_BYTES in this node's memory.
 */
export function createBacklog(): Backlog {
  const waiting = new Map<string, { readonly stream: Stream; bytes: number }>();
  return {
    watch(peerId, stream) {
      const entry = { stream, bytes: 0 };
      waiting.set(peerId, entry);
      stream.addEventListener('message', ({ data }) => {
        entry.bytes += data.byteLength;
        if (entry.bytes > MOST_BYTES && stream.readStatus === 'readable') stream.pause();
      });
    },
    taken(peerId, bytes) {
      const entry = waiting.get(peerId);
      if (entry === undefined) return;
      entry.bytes -= bytes;
      if (entry.bytes < RESUME_BYTES && entry.stream.readStatus === 'paused') entry.stream.resume();
    },
    forget: (peerId) => void waiting.delete(peerId),
  };
}
