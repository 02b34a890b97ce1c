import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record';
import type { Multiaddr } from '@multiformats/multiaddr';
import { parseAddress } from './addresses.ts';

/** Where a peer says that it can be reached, in its own signature. */
export interface SignedRecord {
  readonly peerId: string;
  /** Multiaddresses, each with the peer id at its end. */
  readonly addresses: readonly string[];
}

/** Further addresses of one record are not looked at. */
const MAX_ADDRESSES = 4;

export async function signRecord(key: PrivateKey, addresses: readonly Multiaddr[]): Promise<Uint8Array> {
  const peerId = peerIdFromPrivateKey(key);
  const record = new PeerRecord({ peerId, multiaddrs: addresses.slice(0, MAX_ADDRESSES) });
  return (await RecordEnvelope.seal(record, key)).marshal();
}

/** Opens a signed record; null when it isn't one, or isn't signed by the peer it names. */
export async function openRecord(bytes: Uint8Array): Promise<SignedRecord | null> {
  try {
    const envelope = await RecordEnvelope.openAndCertify(bytes, PeerRecord.DOMAIN);
    const record = PeerRecord.createFromProtobuf(envelope.payload);
    if (!record.peerId.publicKey?.equals(envelope.publicKey)) return null;
    const peerId = record.peerId.toString();
    const addresses = record.multiaddrs.slice(0, MAX_ADDRESSES).map(String);
    const full = addresses.map((text) => (text.endsWith(`/p2p/${peerId}`) ? text : `${text}/p2p/${peerId}`));
    return { peerId, addresses: full.filter((text) => parseAddress(text) !== null && text.endsWith(peerId)) };
  } catch {
    return null;
  }
}
