/**
 * The few functions of libsodium that the node uses, typed as they are used here (plain byte arrays).
 * Never `sodium_malloc`: its external buffers are refused by Electron's V8 memory cage.
 */
import sodium from 'sodium-native';

interface Sodium {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
  crypto_pwhash_async(
    out: Uint8Array,
    password: Uint8Array,
    salt: Uint8Array,
    passes: number,
    memoryBytes: number,
    algorithm: number,
  ): Promise<void>;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
    ciphertext: Uint8Array,
    plaintext: Uint8Array,
    aad: Uint8Array,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
  crypto_aead_xchacha20poly1305_ietf_decrypt(
    plaintext: Uint8Array,
    secretNonce: null,
    ciphertext: Uint8Array,
    aad: Uint8Array,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
  /** SipHash-2-4 (Aumasson and Bernstein, 2012): 8 bytes out, a key of 16. */
  crypto_shorthash(out: Uint8Array, input: Uint8Array, key: Uint8Array): void;
  sodium_memzero(bytes: Uint8Array): void;
  readonly crypto_pwhash_ALG_ARGON2ID13: number;
}

/** libsodium by way of sodium-native 5.1.0, pinned: a newer one may judge signatures by another rule. */
export const libsodium = sodium as unknown as Sodium;
