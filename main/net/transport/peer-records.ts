import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record';
import type { Multiaddr } from '@multiformats/multiaddr';
import { ipOf, isLoopback, isPublic, isRelayed, peerIdOf } from './multiaddrs.ts';

/** The addresses of a peer, signed by the peer. */
export interface SignedRecord {
  readonly peerId: string;
  /** Multiaddresses, each with the peer id at its end. */
  readonly addresses: readonly string[];
}

/** Maximum number of addresses in a record. Further ones are ignored. */
const MAX_ADDRESSES = 4;

/**
 * Sorts the most widely reachable addresses first, because a record has only MAX_ADDRESSES and a computer has many
 * local ones.
 */
function bestFirst(addresses: readonly Multiaddr[]): Multiaddr[] {
  const rank = (address: Multiaddr): number => {
    const text = address.toString();
    if (isRelayed(text)) return 1;
    if (isPublic(text)) return 0;
    return isLoopback(ipOf(text) ?? '') ? 3 : 2;
  };
  return [...addresses].sort((a, b) => rank(a) - rank(b));
}

export async function signRecord(key: PrivateKey, addresses: readonly Multiaddr[]): Promise<Uint8Array> {
  const peerId = peerIdFromPrivateKey(key);
  const record = new PeerRecord({ peerId, multiaddrs: bestFirst(addresses).slice(0, MAX_ADDRESSES) });
  return (await RecordEnvelope.seal(record, key)).marshal();
}

/** After this time a record is signed again, so that it is newer than the copies that peers still pass on. */
const FRESH_MS = 10 * 60_000;

/** Creates the record of this node. It is signed again when its addresses change, and not for every request. */
export function createOwnRecord(
  key: PrivateKey,
  addresses: () => readonly Multiaddr[],
  ms: () => number,
): () => Promise<Uint8Array> {
  let last: { readonly of: string; readonly until: number; readonly record: Promise<Uint8Array> } | null =
    null;
  return () => {
    const now = addresses();
    const of = now.join();
    if (last === null || last.of !== of || ms() >= last.until)
      last = { of, until: ms() + FRESH_MS, record: signRecord(key, now) };
    return last.record;
  };
}

/** Opens a signed record. Null when it is not one, or not signed by the peer that it names. */
export async function openRecord(bytes: Uint8Array): Promise<SignedRecord | null> {
  try {
    const envelope = await RecordEnvelope.openAndCertify(bytes, PeerRecord.DOMAIN);
    const record = PeerRecord.createFromProtobuf(envelope.payload);
    if (!record.peerId.publicKey?.equals(envelope.publicKey)) return null;
    const peerId = record.peerId.toString();
    const addresses = record.multiaddrs.slice(0, MAX_ADDRESSES).map(String);
    const full = addresses.map((text) => (peerIdOf(text) === null ? `${text}/p2p/${peerId}` : text));
    // The signature does not cover addresses with another peer id.
    return { peerId, addresses: full.filter((text) => peerIdOf(text) === peerId) };
  } catch {
    return null;
  }
}
