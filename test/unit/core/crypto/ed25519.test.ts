import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../main/core/codec/hex.ts';
import { publicKeyFromSeed, sign, verifyReference } from '../../../../main/core/crypto/ed25519.ts';
import { readSharedData } from '../../../support/shared-data.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex)!;
const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const L = ed25519.Point.Fn.ORDER;
const P = ed25519.Point.Fp.ORDER;

/** 32 bytes, little-endian. */
const encode = (n: bigint): Uint8Array => bytes(n.toString(16).padStart(64, '0')).reverse();
const decode = (b: Uint8Array): bigint => BigInt(`0x${toHex(b.toReversed())}`);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((p) => [...p]));

// RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
const RFC8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

describe('published vectors', () => {
  test.each(RFC8032)('RFC 8032 %s', (seed, key, message, signature) => {
    expect(toHex(publicKeyFromSeed(bytes(seed)))).toBe(key);
    expect(toHex(sign(bytes(seed), bytes(message)))).toBe(signature);
    expect(verifyReference(bytes(key), bytes(signature), bytes(message))).toBe(true);
    expect(verifyReference(bytes(key), bytes(signature), bytes(message + '00'))).toBe(false);
  });

  test('speccheck: only case 3 is valid', ({ skip }) => {
    const file = readSharedData('vectors/ed25519-speccheck.json');
    if (file === null) return skip('the shared data folder is missing');
    const cases = JSON.parse(file) as { message: string; pub_key: string; signature: string }[];
    const valid = cases.flatMap((c, i) =>
      verifyReference(bytes(c.pub_key), bytes(c.signature), bytes(c.message)) ? [i] : [],
    );
    expect(cases).toHaveLength(12);
    expect(valid).toEqual([3]);
  });

  test('zip215: all 196 are invalid', ({ skip }) => {
    const file = readSharedData('vectors/ed25519-zip215.json');
    if (file === null) return skip('the shared data folder is missing');
    const cases = JSON.parse(file) as { vk_bytes: string; sig_bytes: string }[];
    const valid = cases.filter((c) => verifyReference(bytes(c.vk_bytes), bytes(c.sig_bytes), text('Zcash')));
    expect(cases).toHaveLength(196);
    expect(valid).toEqual([]);
  });
});

describe('one signature, one encoding', () => {
  const seed = new Uint8Array(32).fill(9);
  const key = publicKeyFromSeed(seed);
  const message = text('pay the carpenter');
  const signature = sign(seed, message);
  const [r, s] = [signature.slice(0, 32), signature.slice(32)];

  test('the unchanged signature is valid', () => expect(verifyReference(key, signature, message)).toBe(true));

  test('S + nL is refused for every n for which it fits into 32 bytes', () => {
    for (let moved = decode(s) + L; moved < 1n << 256n; moved += L)
      expect(verifyReference(key, join(r, encode(moved)), message)).toBe(false);
  });

  test('every flipped bit is refused', () => {
    for (let bit = 0; bit < 512; bit += 7) {
      const flipped = Uint8Array.from(signature);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(verifyReference(key, flipped, message)).toBe(false);
    }
  });

  test('wrong lengths are false, never an exception', () => {
    for (const length of [0, 1, 31, 33, 64])
      expect(verifyReference(new Uint8Array(length), signature, message)).toBe(false);
    for (const length of [0, 1, 63, 65, 128])
      expect(verifyReference(key, new Uint8Array(length), message)).toBe(false);
  });

  test('non-canonical keys and R are refused for any S', () => {
    for (let excess = 0n; excess < 19n; excess++)
      for (const sign of [0n, 1n]) {
        const point = encode((P + excess) | (sign << 255n));
        expect(verifyReference(point, signature, message)).toBe(false);
        expect(verifyReference(key, join(point, s), message)).toBe(false);
      }
  });

  test('keys off the curve are refused', () => {
    let off = 0;
    for (let y = 2n; y < 40n; y++) {
      const point = encode(y);
      if (isOnCurve(point)) continue;
      off++;
      expect(verifyReference(point, signature, message)).toBe(false);
    }
    expect(off).toBeGreaterThan(10);
  });

  test('keys and R of small order are refused even where the equation holds', () => {
    // A = R = the neutral element, S = 0: the equation holds for every message.
    const neutral = encode(1n);
    expect(verifyReference(neutral, join(neutral, encode(0n)), message)).toBe(false);
    expect(verifyReference(key, join(neutral, s), message)).toBe(false);
  });
});

function isOnCurve(point: Uint8Array): boolean {
  try {
    ed25519.Point.fromBytes(point);
    return true;
  } catch {
    return false;
  }
}
