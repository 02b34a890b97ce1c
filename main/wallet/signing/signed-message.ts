import { utf8ToBytes } from '@noble/hashes/utils.js';
import { verifyReference } from '../../core/crypto/ed25519.ts';
import { DOMAIN, hash, type Hash } from '../../core/crypto/hash.ts';
import { KithError } from '../../lib/errors.ts';
import type { OpenWallet } from '../open/open-wallet.ts';

/**
 * The 32-byte hash that is signed for a message: H(0x0c, network id | message), with the message in UTF-8 after NFC
 * (protocol.md §19). The domain byte 0x0c prevents the use of the signature in a payment.
 */
export function messageHash(networkId: Hash, message: string): Hash {
  return hash(DOMAIN.message, networkId, utf8ToBytes(message.normalize('NFC')));
}

/**
 * Messages and proofs are verified with the key that is an address. The address of a wallet with a policy is a hash of several.
 * @throws {KithError} `wallet-setup-proof`
 */
export function checkSingleKeys({ name, keyring }: Pick<OpenWallet, 'name' | 'keyring'>): void {
  if (keyring.policy !== null) throw new KithError('wallet-setup-proof', undefined, { data: { name } });
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
