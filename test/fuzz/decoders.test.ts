import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../main/core/codec/hex.ts';
import { createRandom } from '../support/random.ts';
import type { Codec } from './codec.ts';
import { CORE_CODECS } from './core-codecs.ts';
import { mutate } from './mutate.ts';
import { NETWORK_CODECS, OPEN_CODECS } from './network-codecs.ts';
import { OPEN_STORAGE_CODECS, STORAGE_CODECS } from './storage-codecs.ts';

/** Another seed, or more runs, by KITH_FUZZ_SEED and KITH_FUZZ_RUNS; a failure prints what repeats it. */
const SEED = Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_122);
const RUNS = Number(process.env['KITH_FUZZ_RUNS'] ?? 400);

const options = (runs: number) => ({ seed: SEED, numRuns: runs });
/** A failure prints the number. */
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

/** Refused, or the same bytes again. */
function expectSame(codec: Codec, bytes: Uint8Array): void {
  const again = codec.roundTrip(bytes);
  if (again !== null) expect(toHex(again)).toBe(toHex(bytes));
}

describe.each([...CORE_CODECS, ...NETWORK_CODECS, ...STORAGE_CODECS])('$name', (codec) => {
  test('a valid encoding is the same after decoding and encoding', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const bytes = codec.sample(createRandom(seed));
        expect(toHex(codec.roundTrip(bytes) ?? new Uint8Array(0))).toBe(toHex(bytes));
      }),
      options(RUNS / 4),
    );
  });

  test('random bytes are refused or are the same after decoding and encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectSame(codec, bytes)),
      options(RUNS),
    );
  });

  test('a mutated encoding is refused or is the same after decoding and encoding', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        expectSame(codec, mutate(codec.sample(random), random));
      }),
      options(3 * RUNS),
    );
  });

  test('a truncated encoding is refused or is the same after decoding and encoding', () => {
    const random = createRandom(SEED);
    for (let i = 0; i < 5; i++) {
      const bytes = codec.sample(random);
      for (let end = 0; end < bytes.length; end++) expectSame(codec, bytes.slice(0, end));
    }
  });
});

describe.each([...OPEN_CODECS, ...OPEN_STORAGE_CODECS])('$name', (codec) => {
  test('decoding never throws, and a valid encoding is the same after decoding and encoding', () => {
    fc.assert(
      fc.property(seeds, fc.uint8Array({ maxLength: 300 }), (seed, bytes) => {
        const random = createRandom(seed);
        const valid = codec.sample(random);
        for (const each of [bytes, valid, mutate(valid, random)]) codec.roundTrip(each);
        expect(toHex(codec.roundTrip(valid)!)).toBe(toHex(valid));
      }),
      options(RUNS),
    );
  });
});

describe.each([...CORE_CODECS, ...NETWORK_CODECS, ...STORAGE_CODECS, ...OPEN_CODECS, ...OPEN_STORAGE_CODECS])(
  '$name',
  (codec) => {
    test('a short message that declares billions of items allocates little memory', () => {
      const random = createRandom(SEED);
      const before = usedBytes();
      let largest = 0;
      for (let i = 0; i < 50; i++) {
        const bytes = codec.sample(random);
        for (let at = 0; at < Math.min(bytes.length, 120); at++) {
          const bomb = Uint8Array.from([
            ...bytes.subarray(0, at),
            0xff,
            0xff,
            0xff,
            0xff,
            0x0f,
            ...bytes.subarray(at),
          ]);
          codec.roundTrip(bomb);
        }
        largest = Math.max(largest, usedBytes() - before);
      }
      // One list of 2^32 - 1 things would take tens of gigabytes, one of a million some 8 MB each time.
      expect(largest).toBeLessThan(400 << 20);
    });
  },
);

const usedBytes = (): number => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
};
