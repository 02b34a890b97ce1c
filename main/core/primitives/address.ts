import { bech32m } from '@scure/base';
import { type Lock, LOCK_BURN, LOCK_KEY } from './coin.ts';
import { KEY_BYTES, MAX_LOCK_BYTES } from './limits.ts';

/** Why a text is not an address of this network; the app has a sentence for each. */
export type AddressProblem =
  | { readonly problem: 'address-malformed' }
  | { readonly problem: 'address-other-network'; readonly hrp: string }
  | { readonly problem: 'address-unknown-lock'; readonly lockType: number };

const MAX_ADDRESS_LENGTH = 160;

/** Bech32m of (lock type u8 | lock bytes) under the network's prefix (protocol.md §5). */
export function encodeAddress(hrp: string, lock: Lock): string {
  return bech32m.encode(hrp, bech32m.toWords(Uint8Array.of(lock.lockType, ...lock.lock)), MAX_ADDRESS_LENGTH);
}

/** Reads an address to which a payment is possible. Never throws: any text gives a lock or a problem. */
export function decodeAddress(hrp: string, text: string): Lock | AddressProblem {
  const trimmed = text.trim();
  if (trimmed.length > MAX_ADDRESS_LENGTH || !trimmed.includes('1')) return { problem: 'address-malformed' };
  const decoded = bech32m.decodeUnsafe(trimmed, MAX_ADDRESS_LENGTH);
  const bytes = decoded && bech32m.fromWordsUnsafe(decoded.words);
  if (!decoded || !bytes || bytes.length < 1 || bytes.length > MAX_LOCK_BYTES + 1)
    return { problem: 'address-malformed' };
  if (decoded.prefix !== hrp) return { problem: 'address-other-network', hrp: decoded.prefix };
  const lockType = bytes[0]!;
  const lock = Uint8Array.from(bytes.subarray(1));
  if (lockType === LOCK_BURN) return { problem: 'address-unknown-lock', lockType };
  if (lockType === LOCK_KEY && lock.length !== KEY_BYTES) return { problem: 'address-malformed' };
  return { lockType, lock };
}

export function isAddressProblem(value: Lock | AddressProblem): value is AddressProblem {
  return 'problem' in value;
}
