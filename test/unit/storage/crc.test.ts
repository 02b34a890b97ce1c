import { crc32 as crc32OfNode } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32, crc32c } from '../../../main/storage/crc.ts';
import { createRandom } from '../../support/random.ts';

describe('CRC-32C', () => {
  // RFC 3720, B.4, and the check value of the catalogue of CRCs.
  test.each([
    ['32 zeros', new Uint8Array(32), 0x8a91_36aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8_ab43],
    ['32 rising', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd_794e],
    ['32 falling', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113f_db5c],
    ['the digits', new TextEncoder().encode('123456789'), 0xe306_9283],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s', (_, bytes, sum) => expect(crc32c(bytes)).toBe(sum));

  test('of any part is that of the part alone', () => {
    const bytes = createRandom(1).bytes(60);
    for (let start = 0; start < 20; start++)
      for (let end = start; end <= 60; end += 7)
        expect(crc32c(bytes, start, end)).toBe(crc32c(bytes.slice(start, end)));
  });
});

describe('CRC-32', () => {
  test('is what Node has under that name, for bytes of every length', () => {
    const random = createRandom(2);
    for (let length = 0; length < 200; length++) {
      const bytes = random.bytes(length);
      expect(crc32(bytes)).toBe(crc32OfNode(bytes));
    }
  });

  test('of several pieces is that of the whole', () => {
    const bytes = createRandom(3).bytes(90);
    for (let cut = 0; cut <= 90; cut++)
      expect(crc32(bytes, cut, 90, crc32(bytes, 0, cut))).toBe(crc32OfNode(bytes));
  });
});
