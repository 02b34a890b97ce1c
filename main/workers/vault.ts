/**
 * Encryption of a wallet file: Argon2id derives a key from the password, XChaCha20-Poly1305 encrypts the secret
 * (docs/formats/wallet-file.md). Both are functions of libsodium; the tests compare them with @noble.
 */
import { MAX_PASSWORD_BYTES } from '../../shared/password.ts';
import { copySecret, secretBytes } from '../core/codec/bytes.ts';
import { libsodium } from './sodium.ts';

/** Cost of Argon2id. Both numbers come from a file, so they are checked before any allocation. */
export interface KdfParameters {
  readonly memoryKiB: number;
  readonly passes: number;
}

/** Cost for a new wallet file: 64 MiB, 5 passes; more than 100 ms on a fast core. */
export const DEFAULT_KDF: KdfParameters = { memoryKiB: 65_536, passes: 5 };

/**
 * Limits on the cost. The minimum keeps guessing passwords expensive; the maximum keeps a malicious file from using up
 * the memory of the computer.
 */
export const KDF_LIMITS = {
  minMemoryKiB: 65_536,
  maxMemoryKiB: 1_048_576,
  maxPasses: 16,
  maxPasswordBytes: MAX_PASSWORD_BYTES,
} as const;

export const SALT_BYTES = 16;
const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

/** Whether the cost is within {@link KDF_LIMITS}. Accepts any value that a file may contain. */
export function isKdfBounded(p: KdfParameters): boolean {
  return (
    Number.isInteger(p.memoryKiB) &&
    p.memoryKiB >= KDF_LIMITS.minMemoryKiB &&
    p.memoryKiB <= KDF_LIMITS.maxMemoryKiB &&
    Number.isInteger(p.passes) &&
    p.passes >= 1 &&
    p.passes <= KDF_LIMITS.maxPasses
  );
}

/**
 * Derives 32 bytes by Argon2id (v0x13, one lane) from a password and a 16-byte salt, on another thread. Rejects with a
 * RangeError when cost, salt or password are out of bounds (before it allocates), or when there is not enough memory.
 * The password is copied; the caller must wipe the original.
 */
export async function deriveKey(
  password: Uint8Array,
  salt: Uint8Array,
  parameters: KdfParameters,
): Promise<Uint8Array> {
  if (!isKdfBounded(parameters)) throw new RangeError('key derivation cost is out of bounds');
  if (salt.length !== SALT_BYTES) throw new RangeError(`salt must be ${SALT_BYTES} bytes`);
  if (password.length > KDF_LIMITS.maxPasswordBytes) throw new RangeError('password is too long');
  // Copies, because libsodium reads these from another thread while the caller may wipe or reuse the originals.
  const secret = copySecret(password);
  const key = secretBytes(KEY_BYTES);
  try {
    await libsodium.crypto_pwhash_async(
      key,
      secret,
      Uint8Array.from(salt),
      parameters.passes,
      parameters.memoryKiB * 1024,
      libsodium.crypto_pwhash_ALG_ARGON2ID13,
    );
  } finally {
    wipe(secret);
  }
  return key;
}

/**
 * Encrypts with XChaCha20-Poly1305 and returns the ciphertext with its 16-byte tag at the end. The 24-byte nonce must
 * be new and random for every call with the same key. Throws a RangeError when key or nonce has a wrong length.
 */
export function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  checkKeyAndNonce(key, nonce);
  const ciphertext = new Uint8Array(plaintext.length + TAG_BYTES);
  libsodium.crypto_aead_xchacha20poly1305_ietf_encrypt(ciphertext, plaintext, aad, null, nonce, key);
  return ciphertext;
}

/**
 * Decrypts. Null when key, nonce, ciphertext or associated data differ from those of the encryption. Throws only a
 * RangeError, when key or nonce has a wrong length.
 */
export function open(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array,
): Uint8Array | null {
  checkKeyAndNonce(key, nonce);
  if (ciphertext.length < TAG_BYTES) return null;
  const plaintext = secretBytes(ciphertext.length - TAG_BYTES);
  try {
    const length = libsodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      plaintext,
      null,
      ciphertext,
      aad,
      nonce,
      key,
    );
    return length === plaintext.length ? plaintext : null;
  } catch {
    return null; // the binding throws on a wrong tag, the only error possible after the checks above
  }
}

/**
 * Overwrites secret bytes in a way that no compiler removes. They must come from `secretBytes`, or from native code: of a small
 * array in V8's heap this would overwrite a copy.
 */
export function wipe(secret: Uint8Array): void {
  if (secret.length > 0) libsodium.sodium_memzero(secret);
}

function checkKeyAndNonce(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`key must be ${KEY_BYTES} bytes`);
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`nonce must be ${NONCE_BYTES} bytes`);
}
