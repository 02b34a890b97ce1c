/**
 * The functions of libsodium that the node uses, typed for plain byte arrays. `sodium_malloc` is never used: the V8
 * memory cage of Electron refuses its external buffers (main/wallet/secrets/locked-memory.ts has another way).
 */
import sodium from 'sodium-native';

/** May encrypt in place. */
type AeadEncrypt = (
  ciphertext: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  secretNonce: null,
  nonce: Uint8Array,
  key: Uint8Array,
) => number;
/**
 * May decrypt in place.
 * @throws if the tag is wrong
 */
type AeadDecrypt = (
  plaintext: Uint8Array,
  secretNonce: null,
  ciphertext: Uint8Array,
  aad: Uint8Array,
  nonce: Uint8Array,
  key: Uint8Array,
) => number;

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
  readonly crypto_aead_xchacha20poly1305_ietf_encrypt: AeadEncrypt;
  readonly crypto_aead_xchacha20poly1305_ietf_decrypt: AeadDecrypt;
  readonly crypto_aead_chacha20poly1305_ietf_encrypt: AeadEncrypt;
  readonly crypto_aead_chacha20poly1305_ietf_decrypt: AeadDecrypt;
  /** A key pair of X25519. */
  crypto_box_keypair(publicKey: Uint8Array, privateKey: Uint8Array): void;
  crypto_scalarmult_base(publicKey: Uint8Array, privateKey: Uint8Array): void;
  /** @throws if the public key has a small order */
  crypto_scalarmult(shared: Uint8Array, privateKey: Uint8Array, publicKey: Uint8Array): void;
  /** SipHash-2-4 (Aumasson and Bernstein, 2012): output of 8 bytes, key of 16 bytes. */
  crypto_shorthash(out: Uint8Array, input: Uint8Array, key: Uint8Array): void;
  /** The private key, 64 bytes, is the seed and the public key. */
  crypto_sign_seed_keypair(publicKey: Uint8Array, privateKey: Uint8Array, seed: Uint8Array): void;
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, privateKey: Uint8Array): void;
  sodium_memzero(bytes: Uint8Array): void;
  /**
   * Keeps the pages of these bytes out of swap and, if they begin at a page boundary, of core dumps.
   * @throws if the system refuses
   */
  sodium_mlock(bytes: Uint8Array): void;
  readonly crypto_pwhash_ALG_ARGON2ID13: number;
}

/**
 * libsodium through sodium-native 5.1.0. The version is pinned, because
 * another version may accept different signatures, which would split the chain.
 */
export const libsodium = sodium as unknown as Sodium;
