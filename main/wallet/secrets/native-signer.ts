import { secretBytes } from '../../core/codec/bytes.ts';
import { libsodium } from '../../workers/sodium.ts';
import { wipe } from '../../workers/vault.ts';

/** Signs with Ed25519 keys of 32-byte seeds (RFC 8032). Every implementation gives the same bytes. */
export interface Signer {
  publicKey(seed: Uint8Array): Uint8Array;
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
}

const PUBLIC_KEY_BYTES = 32;
const PRIVATE_KEY_BYTES = 64;
const SIGNATURE_BYTES = 64;

/**
 * libsodium, which overwrites what it computes in between. The reference of the core computes with numbers of V8, which no
 * program can overwrite.
 */
export const nativeSigner: Signer = {
  publicKey: (seed) => withPair(seed, (publicKey) => publicKey),
  sign: (seed, message) =>
    withPair(seed, (_publicKey, privateKey) => {
      const signature = new Uint8Array(SIGNATURE_BYTES);
      libsodium.crypto_sign_detached(signature, message, privateKey);
      return signature;
    }),
};

function withPair<T>(seed: Uint8Array, use: (publicKey: Uint8Array, privateKey: Uint8Array) => T): T {
  const publicKey = new Uint8Array(PUBLIC_KEY_BYTES);
  const privateKey = secretBytes(PRIVATE_KEY_BYTES);
  try {
    libsodium.crypto_sign_seed_keypair(publicKey, privateKey, seed);
    return use(publicKey, privateKey);
  } finally {
    wipe(privateKey);
  }
}
