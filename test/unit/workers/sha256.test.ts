import { sha256 as noble } from '@noble/hashes/sha2.js';
import { afterAll, expect, test } from 'vitest';
import { fromBinary, toBinary } from '../../../main/core/codec/binary.ts';
import { toHex } from '../../../main/core/codec/hex.ts';
import { installSha256, plainSha256, type Sha256 } from '../../../main/core/crypto/hash.ts';
import { installNativeSha256, sha256WithNode } from '../../../main/workers/sha256.ts';
import { createRandom } from '../../support/random.ts';

const byNoble: Sha256 = (data) => toBinary(noble(data));

afterAll(() => installSha256(byNoble));

test('the published vectors (FIPS 180-4) hold', () => {
  const of = (text: string): string => toHex(fromBinary(sha256WithNode(new TextEncoder().encode(text))));
  expect(of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('agrees with noble, wherever in memory the data begins', () => {
  const random = createRandom(5);
  for (let i = 0; i < 300; i++) {
    const data = random.bytes(random.int(3000)).subarray(i % 7);
    expect(fromBinary(sha256WithNode(data))).toEqual(noble(data));
  }
});

test('core hashes with it after it has passed', () => {
  let calls = 0;
  const counted: Sha256 = (data) => (calls++, sha256WithNode(data));
  expect(installNativeSha256(counted)).toEqual({ engine: 'node:crypto' });
  calls = 0;
  expect(plainSha256(new Uint8Array([1, 2, 3]))).toEqual(noble(new Uint8Array([1, 2, 3])));
  expect(calls).toBe(1);
  const every = Uint8Array.from({ length: 10_000 }, (_, i) => i & 0xff);
  expect(fromBinary(toBinary(every))).toEqual(every);
});

test('an implementation that differs at a single length is not installed', () => {
  installSha256(byNoble);
  const wrong: Sha256 = (data) => byNoble(data.length === 56 ? new Uint8Array(1) : data);
  expect(installNativeSha256(wrong)).toEqual({
    engine: 'noble',
    reason: "node:crypto's SHA-256 differs from noble's for 56 bytes",
  });
  expect(plainSha256(new Uint8Array(56))).toEqual(noble(new Uint8Array(56)));
});
