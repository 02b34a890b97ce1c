import type { Stream } from '@libp2p/interface';

/** Counts the gossip bytes of each peer that have arrived and are not processed yet. */
export interface Backlog {
  /** Counts the bytes that arrive on a stream. Only the newest stream of a peer counts. */
  watch(peerId: string, stream: Stream): void;
  /** Subtracts bytes of the peer that were processed. */
  taken(peerId: string, bytes: number): void;
  forget(peerId: string): void;
}

/** Limit per peer; larger than the largest packet of the router. */
const MAX_BACKLOG_BYTES = 512 * 1024;
const RESUME_BYTES = MAX_BACKLOG_BYTES / 2;

/**
 * The streams of the router queue all arriving bytes without limit. Here the stream of a peer that sends faster than
 * its packets are processed is paused, so that it uses at most one window and MAX_BACKLOG_BYTES of memory.
 */
export function createBacklog(): Backlog {
  const waiting = new Map<string, { readonly stream: Stream; bytes: number }>();
  return {
    watch(peerId, stream) {
      const entry = { stream, bytes: 0 };
      waiting.set(peerId, entry);
      stream.addEventListener('message', ({ data }) => {
        entry.bytes += data.byteLength;
        if (entry.bytes > MAX_BACKLOG_BYTES && stream.readStatus === 'readable') stream.pause();
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
