import { expect, test } from 'vitest';
import { publicKeyFromSeed, sign } from '../../../../main/core/crypto/ed25519.ts';
import { nativeSigner } from '../../../../main/wallet/secrets/native-signer.ts';
import { createRandom } from '../../../support/random.ts';

test('the native signer gives the keys and signatures of the reference', () => {
  const random = createRandom(11);
  for (let run = 0; run < 50; run++) {
    const seed = random.bytes(32);
    const message = random.bytes(random.int(200));
    expect(nativeSigner.publicKey(seed)).toEqual(publicKeyFromSeed(seed));
    expect(nativeSigner.sign(seed, message)).toEqual(sign(seed, message));
  }
});
