import { sha256 as noble } from '@noble/hashes/sha2.js';
import { afterAll, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../main/core/codec/hex.ts';
import { installSha256, plainSha256 } from '../../../../main/core/crypto/hash.ts';
import { installNativeSha256, sha256WithNode } from '../../../../main/state/native/sha256.ts';
import { createRandom } from '../../../support/random.ts';

afterAll(() => installSha256(noble));

test('the published vectors (FIPS 180-4)', () => {
  const of = (text: string): string => toHex(sha256WithNode(new TextEncoder().encode(text)));
  expect(of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('agrees with noble, and gives plain arrays of their own memory', () => {
  const random = createRandom(5);
  for (let i = 0; i < 300; i++) {
    const data = random.bytes(random.int(3000));
    const digest = sha256WithNode(data.subarray(i % 7));
    expect(digest).toEqual(noble(data.subarray(i % 7)));
    expect(digest.constructor).toBe(Uint8Array);
  }
});

test('core hashes with it once it has passed', () => {
  let calls = 0;
  expect(installNativeSha256((data) => (calls++, sha256WithNode(data)))).toEqual({ engine: 'node:crypto' });
  calls = 0;
  expect(plainSha256(fromHex('616263')!)).toEqual(noble(fromHex('616263')!));
  expect(calls).toBe(1);
});

test('one that differs at a single length is not installed', () => {
  installSha256(noble);
  const wrong = (data: Uint8Array): Uint8Array => (data.length === 56 ? new Uint8Array(32) : noble(data));
  expect(installNativeSha256(wrong)).toEqual({
    engine: 'noble',
    reason: "node:crypto's SHA-256 differs from noble's for 56 bytes",
  });
  expect(plainSha256(new Uint8Array(56))).toEqual(noble(new Uint8Array(56)));
});
