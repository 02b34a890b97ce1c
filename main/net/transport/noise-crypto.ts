import { createHash } from 'node:crypto';
import { type ICryptoInterface, type KeyPair, pureJsCrypto } from '@chainsafe/libp2p-noise';
import { libsodium } from '../../workers/sodium.ts';

/** An array of bytes, or a list of such arrays. */
type Bytes = Parameters<ICryptoInterface['hashSHA256']>[0];

const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** The message of the package's own cryptography. */
const REFUSED = 'Invalid chacha20poly1305 decryption';

/**
 * The cryptography of noise with libsodium; the same bytes on the wire as with the package's own. Electron's BoringSSL
 * has no ChaCha20-Poly1305, so the package would use WebAssembly there, which takes eight times as long. In Node.js a
 * message costs a tenth to two thirds of the time, and an X25519 exchange a quarter (docs/benchmarks.md).
 */
export const noiseCrypto: ICryptoInterface = {
  ...pureJsCrypto,

  hashSHA256(data) {
    const hash = createHash('sha256');
    for (const part of partsOf(data)) hash.update(part);
    return hash.digest();
  },

  chaCha20Poly1305Encrypt(plaintext, nonce, ad, key) {
    const sealed = Buffer.allocUnsafe(plaintext.byteLength + TAG_BYTES);
    // A list is first joined in the memory of the result, because libsodium can encrypt in place.
    const joined = plaintext instanceof Uint8Array ? plaintext : joinInto(sealed, plaintext);
    libsodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, joined, ad, null, nonce, key);
    return sealed;
  },

  // noise passes the start of the ciphertext as `target`: libsodium checks the tag first and then decrypts in place.
  chaCha20Poly1305Decrypt(ciphertext, nonce, ad, key, target) {
    const length = ciphertext.byteLength - TAG_BYTES;
    if (length < 0) throw new Error(REFUSED);
    const plaintext = target ?? Buffer.allocUnsafe(length);
    try {
      libsodium.crypto_aead_chacha20poly1305_ietf_decrypt(
        plaintext,
        null,
        ciphertext.subarray(),
        ad,
        nonce,
        key,
      );
    } catch (cause) {
      throw new Error(REFUSED, { cause });
    }
    return plaintext;
  },

  generateX25519KeyPair() {
    const keys = { publicKey: Buffer.alloc(KEY_BYTES), privateKey: Buffer.alloc(KEY_BYTES) };
    libsodium.crypto_box_keypair(keys.publicKey, keys.privateKey);
    return keys;
  },

  generateX25519KeyPairFromSeed(seed): KeyPair {
    const publicKey = Buffer.alloc(KEY_BYTES);
    libsodium.crypto_scalarmult_base(publicKey, seed);
    return { publicKey, privateKey: seed };
  },

  // Like the package, libsodium refuses a public key of small order, with which every exchange has the same result.
  generateX25519SharedKey(privateKey, publicKey) {
    const shared = Buffer.alloc(KEY_BYTES);
    libsodium.crypto_scalarmult(shared, privateKey.subarray(), publicKey.subarray());
    return shared;
  },
};

function partsOf(bytes: Bytes): Iterable<Uint8Array> {
  return bytes instanceof Uint8Array ? [bytes] : bytes;
}

function joinInto(target: Uint8Array, parts: Iterable<Uint8Array>): Uint8Array {
  let length = 0;
  for (const part of parts) {
    target.set(part, length);
    length += part.byteLength;
  }
  return target.subarray(0, length);
}
