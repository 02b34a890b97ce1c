import { argon2id } from '@noble/hashes/argon2.js';
import { describe, expect, test } from 'vitest';
import { DEFAULT_KDF, deriveKey, isKdfBounded, open, seal, wipe } from '../../../main/workers/vault.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const fill = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe('deriveKey', () => {
  const salt = fill(16, 7);
  const cost = { memoryKiB: 65_536, passes: 1 };

  test('is Argon2id as @noble/hashes computes it, empty password included', async () => {
    for (const password of [text('correct horse'), text('')]) {
      const expected = argon2id(password, salt, { t: 1, m: 65_536, p: 1, version: 0x13, dkLen: 32 });
      expect(await deriveKey(password, salt, cost)).toEqual(expected);
    }
  }, 60_000);

  test('does not block the calling thread, and does not change the password', async () => {
    const password = text('correct horse');
    const order: string[] = [];
    const derived = deriveKey(password, salt, cost).then(() => order.push('key'));
    setImmediate(() => order.push('loop'));
    await derived;
    expect(order).toEqual(['loop', 'key']);
    expect(password).toEqual(text('correct horse'));
  });

  test.each([
    ['memory bomb', { memoryKiB: 2 ** 32, passes: 1 }],
    ['memory just over', { memoryKiB: 1_048_577, passes: 1 }],
    ['too little memory', { memoryKiB: 65_535, passes: 1 }],
    ['no pass', { memoryKiB: 65_536, passes: 0 }],
    ['pass bomb', { memoryKiB: 65_536, passes: 17 }],
    ['fraction', { memoryKiB: 65_536.5, passes: 1 }],
    ['not a number', { memoryKiB: NaN, passes: 1 }],
    ['negative', { memoryKiB: -65_536, passes: 1 }],
  ])('refuses before allocating: %s', async (_name, bad) => {
    expect(isKdfBounded(bad)).toBe(false);
    await expect(deriveKey(text('x'), salt, bad)).rejects.toThrow(RangeError);
  });

  test('refuses a salt or password of the wrong length', async () => {
    await expect(deriveKey(text('x'), fill(15, 0), cost)).rejects.toThrow(RangeError);
    await expect(deriveKey(fill(1025, 0), salt, cost)).rejects.toThrow(RangeError);
    expect(isKdfBounded(DEFAULT_KDF)).toBe(true);
  });
});

describe('seal and open', () => {
  // draft-irtf-cfrg-xchacha-03, appendix A.3.1
  const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
  const nonce = Uint8Array.from({ length: 24 }, (_, i) => 0x40 + i);
  const aad = Uint8Array.from([0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7]);
  const plaintext = text(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );

  test('the cipher matches the published vector', () => {
    const sealed = Buffer.from(seal(key, nonce, plaintext, aad)).toString('hex');
    expect(sealed.slice(0, 32)).toBe('bd6d179d3e83d43b9576579493c0e939');
    expect(sealed.slice(-32)).toBe('c0875924c1c7987947deafd8780acf49');
    expect(sealed.length).toBe(2 * (plaintext.length + 16));
  });

  test('opens what it sealed, empty too', () => {
    for (const m of [plaintext, text('')]) expect(open(key, nonce, seal(key, nonce, m, aad), aad)).toEqual(m);
  });

  test('opening gives null for every flipped byte, every truncation and other associated data', () => {
    const sealed = seal(key, nonce, text('secret'), aad);
    for (let i = 0; i < sealed.length; i++) {
      const flipped = Uint8Array.from(sealed);
      flipped[i]! ^= 1;
      expect(open(key, nonce, flipped, aad)).toBeNull();
      expect(open(key, nonce, sealed.subarray(0, i), aad)).toBeNull();
    }
    expect(open(key, nonce, sealed, text(''))).toBeNull();
    expect(open(fill(32, 1), nonce, sealed, aad)).toBeNull();
    expect(open(key, fill(24, 1), sealed, aad)).toBeNull();
  });

  test('wrong key or nonce lengths are errors of the caller', () => {
    expect(() => seal(fill(31, 0), nonce, plaintext, aad)).toThrow(RangeError);
    expect(() => open(key, fill(12, 0), plaintext, aad)).toThrow(RangeError);
  });

  test('wiped bytes are zero', () => {
    const secret = fill(32, 9);
    wipe(secret);
    wipe(new Uint8Array(0));
    expect(secret).toEqual(fill(32, 0));
  });
});
