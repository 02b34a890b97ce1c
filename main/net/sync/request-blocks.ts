import { equalBytes } from '../../core/codec/bytes.ts';
import { fromHex } from '../../core/codec/hex.ts';
import { DOMAIN, hash } from '../../core/crypto/hash.ts';
import { HEADER_BYTES } from '../../core/primitives/limits.ts';
import type { Log } from '../../lib/log.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { FRAME } from '../protocol/frame-types.ts';
import type { Frame } from '../protocol/frames.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { encodeGetBlocks } from '../protocol/sync-messages.ts';
import type { BlocksInFlight, Purpose } from './blocks-in-flight.ts';

export interface BlockReplies {
  /** The block arrived. If it is still wanted, the table keeps it until it is submitted. */
  received?(entry: HeaderEntry): void;
  /** The peer does not have this block. */
  absent?(entry: HeaderEntry): void;
}

export interface RequestBlocksDeps {
  readonly inFlight: BlocksInFlight;
  /** Whether a block is wanted although no request for it is open. Then a late answer of a slow peer is used. */
  isWanted(id: string): boolean;
  readonly log: Log;
}

/**
 * Requests blocks from one peer and records every reply in the table of blocks in flight. Resolves to the blocks
 * without a reply: the peer disconnected, was too slow, or broke a rule, which was reported.
 */
export async function requestBlocks(
  deps: RequestBlocksDeps,
  peer: Peer,
  entries: readonly HeaderEntry[],
  purpose: Purpose,
  on: BlockReplies,
): Promise<readonly HeaderEntry[]> {
  const { inFlight } = deps;
  const ids = entries.map(({ id }) => id);
  const request = inFlight.request(peer.id, ids, purpose);
  let got = 0;

  function onReply({ type, body }: Frame): PeerViolation | null {
    const entry = entries[got++]!;
    request.answered();
    if (type === FRAME.absent.type) {
      inFlight.release(entry.id, peer.id);
      on.absent?.(entry);
      return null;
    }
    if (!isBlock(body, entry.id)) {
      inFlight.release(entry.id, peer.id);
      return peerViolation('block-unasked', { id: entry.id });
    }
    if (inFlight.stateOf(entry.id) === 'requested' || deps.isWanted(entry.id))
      inFlight.receive(entry.id, body, peer.id, purpose);
    on.received?.(entry);
    return null;
  }

  try {
    const body = encodeGetBlocks(ids.map((id) => fromHex(id)!));
    await peer.sync.call({ kind: REQUEST.getBlocks, body, replies: entries.length, onReply });
  } catch (error) {
    deps.log.debug('blocks did not arrive', { peer: peer.id, purpose, cause: String(error) });
  }
  request.ended();
  return entries.slice(got);
}

/** Whether these bytes begin with the header of this id. */
export function isBlock(bytes: Uint8Array, id: string): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  return equalBytes(hash(DOMAIN.header, bytes.subarray(0, HEADER_BYTES)), fromHex(id)!);
}
