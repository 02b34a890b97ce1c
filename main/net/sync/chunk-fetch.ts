import { equalBytes } from '../../core/codec/bytes.ts';
import { chunkHash } from '../../core/ledger/snapshot-root.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Manifest } from '../../chain/snapshot-files.ts';
import type { Peer } from '../peers/peer.ts';
import { encodeGetChunk } from '../protocol/snapshot-messages.ts';
import { peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { ask } from './request.ts';
import { createWake } from './wake.ts';

export interface ChunkFetchDeps {
  /** Peers that serve snapshots at the moment. */
  servers(): readonly Peer[];
  /** Calls the listener when a peer connects; returns a function that removes it. */
  onPeer(listener: () => void): () => void;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
}

/** If no chunk arrives for this time, the download fails. */
const GIVE_UP_MS = 60_000;
/**
 * A peer that did not deliver is asked again after this time: the answer was lost, or the peer was still building the
 * snapshot.
 */
const REST_MS = 10_000;

/**
 * Downloads the chunks with these indices and passes each to `put` after its hash is verified. All servers work on the
 * remaining chunks in parallel. A wrong chunk shows immediately which peer is at fault. False when no server delivers
 * any
 * more.
 * @throws errors of `put`; the reason of the signal when it aborts
 */
export async function fetchChunks(
  { servers, onPeer, clock }: ChunkFetchDeps,
  manifest: Manifest,
  wanted: readonly number[],
  put: (index: number, bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  const left = [...wanted];
  const resting = new Map<string, number>();
  const busy = new Map<string, Promise<void>>();
  const wake = createWake(clock);
  let failure: { readonly error: unknown } | null = null;
  let done = 0;
  let hopeful = clock.monotonic();

  const work = async (peer: Peer): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) {
      const bytes = await askForChunk(peer, manifest, index);
      if (bytes === null || bytes.length === 0) {
        left.unshift(index);
        resting.set(peer.id, clock.monotonic() + REST_MS);
        return;
      }
      await put(index, bytes);
      done++;
      hopeful = clock.monotonic();
      if (signal.aborted || failure !== null) return;
    }
  };
  const restsUntil = ({ id }: Peer) => resting.get(id) ?? -Infinity;
  const isFree = (peer: Peer) => !busy.has(peer.id) && restsUntil(peer) <= clock.monotonic();
  const engage = (peer: Peer) => {
    const working = work(peer)
      .catch((error: unknown) => void (failure = { error }))
      .finally(() => {
        busy.delete(peer.id);
        wake.call();
      });
    busy.set(peer.id, working);
  };

  const off = onPeer(wake.call);
  try {
    while (done < wanted.length && clock.monotonic() - hopeful < GIVE_UP_MS) {
      signal.throwIfAborted();
      // The disk failed, so no other peer can help.
      if (failure !== null) throw (failure as { readonly error: unknown }).error;
      if (left.length > 0) servers().filter(isFree).forEach(engage);
      const idle = servers().filter(({ id }) => !busy.has(id));
      await wake.by(Math.min(hopeful + GIVE_UP_MS, ...(left.length > 0 ? idle.map(restsUntil) : [])), signal);
    }
  } finally {
    off();
    // No request may write into the folder after this function returns, because the folder may then have another use.
    left.length = 0;
    if (!signal.aborted) await Promise.all(busy.values());
  }
  return done === wanted.length;
}

/** The chunk. Null when no answer arrives, empty when the peer does not have it. */
function askForChunk(peer: Peer, manifest: Manifest, index: number): Promise<Uint8Array | null> {
  const wanted = manifest.chunks[index]!;
  const body = encodeGetChunk({ root: manifest.root, index });
  return ask(
    peer,
    { kind: REQUEST.getChunk, body },
    (got) =>
      got.length === 0 || equalBytes(chunkHash(got), wanted)
        ? null
        : peerViolation('chunk-invalid', { index }),
    (it) => it.snapshots,
  );
}
