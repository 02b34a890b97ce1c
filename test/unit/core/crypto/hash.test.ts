import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fromBinary } from '../../../../main/core/codec/binary.ts';
import { hash, hashRange } from '../../../../main/core/crypto/hash.ts';
import { createRandom } from '../../../support/random.ts';

describe('hashing a part of some bytes', () => {
  const bytes = createRandom(1).bytes(3000);
  const expected = (from: number, to: number) =>
    new Uint8Array(createHash('sha256').update(Uint8Array.of(7)).update(bytes.subarray(from, to)).digest());

  // Around the longest length that a view is kept for.
  test.each([0, 1, 63, 64, 1021, 1022, 1023, 1024, 1025, 2900])('of %i bytes', (length) => {
    const digest = fromBinary(hashRange(7, bytes, 50, 50 + length));
    expect(digest).toEqual(expected(50, 50 + length));
    expect(hash(7, bytes.subarray(50, 50 + length))).toEqual(digest);
  });

  test('a shorter message after a longer one has its own hash', () => {
    hashRange(7, bytes, 0, 500);
    expect(fromBinary(hashRange(7, bytes, 0, 3))).toEqual(expected(0, 3));
  });
});
