import { argon2id } from '@noble/hashes/argon2.js';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../main/core/codec/hex.ts';
import { createPowPool } from '../../../main/workers/pow-pool.ts';
import { assertPowHash, powHash } from '../../../main/workers/pow.ts';
import { createRandom } from '../../support/random.ts';

const header = (seed: number): Uint8Array => createRandom(seed).bytes(88);

/** The same by noble, from the text of protocol.md §8. */
function expected(bytes: Uint8Array, memoryKiB: number): Uint8Array {
  return argon2id(bytes, bytes.slice(4, 20), { t: 1, m: memoryKiB, p: 1, version: 0x13, dkLen: 32 });
}

describe('proof of work', () => {
  test.each([8, 9, 64, 256, 1024])('%i KiB is Argon2id as noble computes it', (memoryKiB) => {
    for (let seed = 0; seed < 3; seed++) {
      expect(powHash(header(seed), memoryKiB)).toEqual(expected(header(seed), memoryKiB));
    }
  });

  test('never changes', () => {
    const zero = new Uint8Array(88);
    expect(toHex(powHash(zero, 8))).toBe(toHex(expected(zero, 8)));
    expect(toHex(powHash(zero, 1024))).toBe(
      '98211aae86cacca3f2d009101e48e51229ef120ae0cc3ef69ee89620ce00e901',
    );
  });

  test('the salt is the previous id, the rest of the header is the password', () => {
    const bytes = header(1);
    for (let i = 0; i < 88; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i]! ^= 1;
      expect(powHash(changed, 8)).not.toEqual(powHash(bytes, 8));
    }
  });
});

describe('the check of known answers', () => {
  test('passes Argon2id as this computer and as noble compute it', () => {
    expect(() => assertPowHash()).not.toThrow();
    expect(() => assertPowHash(expected)).not.toThrow();
  });

  test.each([8, 1024])('refuses an implementation that is wrong with %i KiB only', (wrong) => {
    const flipped = (bytes: Uint8Array, memoryKiB: number): Uint8Array => {
      const digest = powHash(bytes, memoryKiB);
      if (memoryKiB === wrong) digest[31]! ^= 1;
      return digest;
    };
    expect(() => assertPowHash(flipped)).toThrow(
      expect.objectContaining({ code: 'pow-hash-wrong', data: { memoryKiB: wrong } }),
    );
  });

  test('refuses an implementation that ignores the salt', () => {
    const unsalted = (bytes: Uint8Array, memoryKiB: number): Uint8Array =>
      argon2id(bytes, new Uint8Array(16), { t: 1, m: memoryKiB, p: 1, version: 0x13, dkLen: 32 });
    expect(() => assertPowHash(unsalted)).toThrow(expect.objectContaining({ code: 'pow-hash-wrong' }));
  });
});

describe('the pool', () => {
  test('hashes many headers in order, several lists at once', async () => {
    const pool = await createPowPool({ threads: 2 });
    try {
      const lists = [1, 2, 100, 37].map((count, n) =>
        Array.from({ length: count }, (_, i) => header(1000 * n + i)),
      );
      const digests = await Promise.all(lists.map((list) => pool.powHashMany(list, 16)));
      expect(digests).toEqual(lists.map((list) => list.map((bytes) => powHash(bytes, 16))));
      expect(await pool.powHashMany([], 16)).toEqual([]);
      await expect(pool.powHashMany([new Uint8Array(87)], 16)).rejects.toThrow(RangeError);
      expect(await pool.powHashMany([header(9)], 1024)).toEqual([powHash(header(9), 1024)]);
    } finally {
      await pool.close();
    }
  });
});
