import { utf8ToBytes } from '@noble/hashes/utils.js';
import { verifyReference } from '../core/crypto/ed25519.ts';
import { DOMAIN, hash, type Hash } from '../core/crypto/hash.ts';

/**
 * The hash that is signed for a message: H(0x0c, network id | message in UTF-8, NFC). No payment has this hash. 32
 * bytes.
 */
export function messageHash(networkId: Hash, message: string): Hash {
  return hash(DOMAIN.message, networkId, utf8ToBytes(message.normalize('NFC')));
}

/** Whether the owner of a 32-byte public key signed the message for this network. Never throws. */
export function verifyMessage(
  networkId: Hash,
  key: Uint8Array,
  message: string,
  signature: Uint8Array,
): boolean {
  return verifyReference(key, signature, messageHash(networkId, message));
}
