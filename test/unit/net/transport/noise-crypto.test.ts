import { type ICryptoInterface, pureJsCrypto } from '@chainsafe/libp2p-noise';
import { describe, expect, onTestFinished, test } from 'vitest';
import { noiseCrypto } from '../../../../main/net/transport/noise-crypto.ts';
import { createStreamPairs } from '../../../support/nodes/stream-pair.ts';
import { createRandom } from '../../../support/random.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const random = createRandom(8439);
const bytes = (length: number): Uint8Array => random.bytes(length);

describe('ChaCha20-Poly1305', () => {
  test('gives the ciphertext of RFC 8439, section 2.8.2', () => {
    const plaintext = Buffer.from(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
    const [nonce, ad] = [hex('070000004041424344454647'), hex('50515253c0c1c2c3c4c5c6c7')];
    const sealed =
      hex(`d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6 3dbea45e8ca9671282fafb69da92728b
      1a71de0a9e060b2905d6a5b67ecd3b36 92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc
      3ff4def08e4b7a9de576d26586cec64b 6116 1ae10b594f09e26a7e902ecbd0600691`);
    expect(noiseCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key)).toEqual(sealed);
    expect(noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key)).toEqual(plaintext);
  });

  test.each([0, 1, 15, 16, 17, 63, 64, 65, 1199, 1200, 65_519])(
    'encrypts and decrypts %s bytes as the package does',
    (length) => {
      const [plaintext, nonce, ad, key] = [bytes(length), bytes(12), bytes(32), bytes(32)] as const;
      const sealed = noiseCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key).subarray();
      const expected = pureJsCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key);
      expect(Buffer.compare(sealed, expected.subarray())).toBe(0);
      const opened = noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key);
      expect(Buffer.compare(opened.subarray(), plaintext)).toBe(0);
    },
  );

  test('leaves its arguments as they are when no target is given', () => {
    const [plaintext, nonce, ad, key] = [bytes(100), bytes(12), bytes(32), bytes(32)] as const;
    const sealed = noiseCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key).subarray();
    const given = [plaintext, sealed, nonce, ad, key];
    const copies = given.map((each) => each.slice());
    noiseCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key);
    noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key);
    expect(given.map((each) => each.slice())).toEqual(copies);
  });

  test('decrypts into the memory of the ciphertext, as noise asks', () => {
    const [plaintext, nonce, key] = [bytes(5000), bytes(12), bytes(32)] as const;
    const sealed = noiseCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, new Uint8Array(), key).subarray();
    const target = sealed.subarray(0, 5000);
    const opened = noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, new Uint8Array(), key, target);
    expect(opened).toBe(target);
    expect(Buffer.compare(target, plaintext)).toBe(0);
  });

  test('refuses a change of any byte of the ciphertext, the nonce, the data and the key', () => {
    const [plaintext, nonce, ad, key] = [bytes(40), bytes(12), bytes(8), bytes(32)] as const;
    const sealed = noiseCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key).subarray();
    for (const part of [sealed, nonce, ad, key])
      for (let i = 0; i < part.length; i++) {
        part[i]! ^= 1 << (i % 8);
        expect(() => noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key)).toThrow(
          'Invalid chacha20poly1305 decryption',
        );
        part[i]! ^= 1 << (i % 8);
      }
    expect(noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key).subarray()).toHaveLength(40);
  });

  test.each([0, 1, 15])('refuses %s bytes, which cannot hold a tag', (length) => {
    expect(() =>
      noiseCrypto.chaCha20Poly1305Decrypt(bytes(length), bytes(12), new Uint8Array(), bytes(32)),
    ).toThrow('Invalid chacha20poly1305 decryption');
  });
});

describe('X25519', () => {
  test('gives the shared secret of RFC 7748, section 6.1', () => {
    const bob = noiseCrypto.generateX25519KeyPairFromSeed(
      hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
    );
    const alice = hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(bob.publicKey).toEqual(hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'));
    expect(noiseCrypto.generateX25519SharedKey(bob.privateKey, alice)).toEqual(
      hex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'),
    );
  });

  test('gives the result of RFC 7748, section 5.2', () => {
    const scalar = hex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4');
    const point = hex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c');
    expect(noiseCrypto.generateX25519SharedKey(scalar, point)).toEqual(
      hex('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'),
    );
  });

  test('agrees with the package in both directions', () => {
    const [ours, theirs] = [noiseCrypto.generateX25519KeyPair(), pureJsCrypto.generateX25519KeyPair()];
    expect(
      Buffer.compare(
        noiseCrypto.generateX25519SharedKey(ours.privateKey, theirs.publicKey),
        pureJsCrypto.generateX25519SharedKey(theirs.privateKey, ours.publicKey),
      ),
    ).toBe(0);
  });

  test.each(['00', '01', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'])(
    'refuses the public key %s, which has a small order',
    (key) => {
      const point = Buffer.concat([hex(key), Buffer.alloc(32)], 32);
      expect(() => pureJsCrypto.generateX25519SharedKey(bytes(32), point)).toThrow();
      expect(() => noiseCrypto.generateX25519SharedKey(bytes(32), point)).toThrow();
    },
  );
});

test('SHA-256 is that of the package', () => {
  const data = bytes(1000);
  expect(Buffer.compare(noiseCrypto.hashSHA256(data), pureJsCrypto.hashSHA256(data))).toBe(0);
});

describe('a connection', () => {
  const LENGTHS = [1, 100, 1200, 65_519, 65_520, 300_000];
  const cases: [string, { near?: ICryptoInterface; far?: ICryptoInterface }][] = [
    ['from libsodium to the default of the package', { near: noiseCrypto }],
    ['from the default of the package to libsodium', { far: noiseCrypto }],
    ['from libsodium to JavaScript', { near: noiseCrypto, far: pureJsCrypto }],
    ['from JavaScript to libsodium', { near: pureJsCrypto, far: noiseCrypto }],
    ['from libsodium to libsodium', { near: noiseCrypto, far: noiseCrypto }],
  ];

  test.each(cases)('%s carries every message both ways', async (_name, cryptos) => {
    const pairs = await createStreamPairs(cryptos);
    onTestFinished(() => pairs.stop());
    const stream = await pairs.open((far) => {
      far.addEventListener('message', ({ data }) => void far.send(data.subarray().slice()));
      far.addEventListener('remoteCloseWrite', () => void far.close());
    });
    const sent = LENGTHS.map(bytes);
    const answer = receive(stream);
    for (const each of sent) if (!stream.send(each)) await stream.onDrain();
    await stream.close();
    expect(Buffer.compare(await answer, Buffer.concat(sent))).toBe(0);
  });
});

/** Everything that arrives on a stream until its other end closes. */
async function receive(stream: AsyncIterable<{ subarray(): Uint8Array }>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part.subarray().slice());
  return Buffer.concat(parts);
}
