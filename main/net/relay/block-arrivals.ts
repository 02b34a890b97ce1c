import type { BlockPath, BlockSign } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import { announcedBlockId } from '../protocol/announcements.ts';

/** When a peer first showed that it has the block, in milliseconds after the first sign of the block at this node. */
export interface PeerSign {
  readonly peer: string;
  readonly sign: BlockSign;
  readonly afterMs: number;
}

/** How one block came to this node, and which peers of this node showed that they have it. */
export interface BlockArrival {
  readonly id: string;
  /** When this node saw the first sign of it. */
  readonly firstAt: UnixSeconds;
  /** When its body was complete, and how and from which peer it came; null before. `peer` is null for `local`. */
  readonly body: { readonly afterMs: number; readonly path: BlockPath; readonly peer: string | null } | null;
  /** In order of time, also peers that left; at most MAX_PEERS. */
  readonly peers: readonly PeerSign[];
}

/**
 * Records how the newest blocks arrived. Measured at this node only: other nodes cannot be seen. Delays are of the
 * monotonic clock, so that they hold when the clock is set.
 */
export interface BlockArrivals {
  /** A peer showed that it has this block. The header may not be checked yet. */
  seen(id: string, peerId: string, sign: BlockSign): void;
  /** The header of this block is valid and new to this node: its record is kept. */
  open(id: string): void;
  /** The content of this block arrives from this peer, unless it is downloaded. */
  via(id: string, peerId: string, path: BlockPath): void;
  /** The body is complete. `downloadedFrom` is null if it was announced or reconstructed. */
  received(id: string, downloadedFrom: string | null): void;
  /** The miner or a client of this node submits this block, which begins with its header. */
  submitted(block: Uint8Array): void;
  /** This node connects the block next. A record without a body is of this node only if the block was submitted here. */
  connecting(id: string): void;
  get(id: string): BlockArrival | null;
  /** Newest first. */
  recent(limit: number): readonly BlockArrival[];
}

/** Number of blocks that are recorded. */
const MAX_BLOCKS = 200;
/** Number of peers that are recorded for a block; a node usually has fewer connections. */
const MAX_PEERS = 128;
/** Number of blocks whose header is not checked yet. Peers can fill this without work, so it is small. */
const MAX_UNCHECKED = 32;

/** Number of blocks submitted here that are not connected yet. */
const MAX_SUBMITTED = 32;

interface Recording {
  readonly id: string;
  readonly firstAt: UnixSeconds;
  readonly startMs: number;
  readonly signs: Map<string, PeerSign>;
  via: { readonly path: BlockPath; readonly peer: string | null } | null;
  body: BlockArrival['body'];
}

export function createBlockArrivals(clock: Pick<Clock, 'monotonic' | 'now'>): BlockArrivals {
  const unchecked = new Map<string, Recording>();
  const checked = new Map<string, Recording>();
  const own = new Set<string>();

  function begin(id: string): Recording {
    const startMs = clock.monotonic();
    return { id, firstAt: clock.now(), startMs, signs: new Map(), via: null, body: null };
  }

  function open(id: string): Recording {
    const opened = checked.get(id);
    if (opened !== undefined) return opened;
    // Announcements of other peers arrive while the proof of work is checked, so the record may have begun.
    const recording = unchecked.get(id) ?? begin(id);
    unchecked.delete(id);
    keep(checked, recording, MAX_BLOCKS);
    return recording;
  }

  const after = ({ startMs }: Recording): number => Math.max(0, clock.monotonic() - startMs);

  function sign(recording: Recording, peer: string, kind: BlockSign): void {
    const { signs } = recording;
    if (signs.has(peer) || signs.size >= MAX_PEERS) return;
    signs.set(peer, { peer, sign: kind, afterMs: after(recording) });
  }

  return {
    seen(id, peerId, kind) {
      let recording = checked.get(id) ?? unchecked.get(id);
      if (recording === undefined) {
        recording = begin(id);
        keep(unchecked, recording, MAX_UNCHECKED);
      }
      sign(recording, peerId, kind);
    },
    open: (id) => void open(id),
    via(id, peerId, path) {
      open(id).via ??= { path, peer: peerId };
    },
    received(id, downloadedFrom) {
      const recording = open(id);
      if (downloadedFrom !== null) sign(recording, downloadedFrom, 'sent');
      const way =
        downloadedFrom === null ? recording.via : { path: 'requested' as const, peer: downloadedFrom };
      if (way !== null) recording.body ??= { afterMs: after(recording), ...way };
    },
    submitted(block) {
      const id = announcedBlockId(block);
      if (id === null) return;
      own.add(id);
      if (own.size > MAX_SUBMITTED) own.delete(own.values().next().value!);
    },
    connecting(id) {
      // Without a record it may be a block of a peer whose record was removed: blocks wait long in a sync.
      if (!own.delete(id)) return;
      const recording = open(id);
      recording.body ??= { afterMs: after(recording), path: 'local', peer: null };
    },
    get(id) {
      const recording = checked.get(id);
      return recording === undefined ? null : view(recording);
    },
    recent: (limit) => [...checked.values()].slice(-limit).reverse().map(view),
  };
}

function keep(recordings: Map<string, Recording>, recording: Recording, most: number): void {
  recordings.set(recording.id, recording);
  if (recordings.size > most) recordings.delete(recordings.keys().next().value!);
}

const view = ({ id, firstAt, body, signs }: Recording): BlockArrival => ({
  id,
  firstAt,
  body,
  peers: [...signs.values()],
});
