import { describe, expect, test } from 'vitest';
import { chooseKdf, isWeaker, measureKdf } from '../../../main/workers/kdf-cost.ts';
import { DEFAULT_KDF, isKdfBounded } from '../../../main/workers/vault.ts';

const GIB = 2 ** 30;
/** What an attempt takes on a computer that needs `passMs` for one pass over 64 MiB. */
const msOf = ({ memoryKiB, passes }: { memoryKiB: number; passes: number }, passMs: number) =>
  (memoryKiB / 65_536) * passes * passMs;

describe('the cost of the password hash', () => {
  test.each([1, 5, 12, 20, 28, 40, 75, 150, 400, 5_000])(
    'with %d ms a pass takes at least 250 ms and 64 MiB, unless the bounds forbid it',
    (passMs) => {
      for (const memory of [0.5 * GIB, 2 * GIB, 8 * GIB, 64 * GIB]) {
        const kdf = chooseKdf(passMs, memory);
        expect(isKdfBounded(kdf)).toBe(true);
        expect(kdf.memoryKiB).toBeGreaterThanOrEqual(65_536);
        expect(kdf.memoryKiB).toBeLessThanOrEqual(262_144);
        expect(isWeaker(kdf, DEFAULT_KDF)).toBe(false);
        const bounded = kdf.passes === 16;
        expect(bounded || msOf(kdf, passMs) >= 250).toBe(true);
      }
    },
  );

  test('prefers memory to passes, and takes no more than a sixteenth of the memory', () => {
    expect(chooseKdf(25, 64 * GIB)).toEqual({ memoryKiB: 262_144, passes: 4 });
    expect(chooseKdf(25, 2 * GIB)).toEqual({ memoryKiB: 131_072, passes: 7 });
    expect(chooseKdf(25, GIB)).toEqual({ memoryKiB: 65_536, passes: 14 });
    expect(chooseKdf(10_000, 64 * GIB)).toEqual(DEFAULT_KDF);
  });

  test('is measured by the faster of two runs, so that a busy moment does not make it cheap', async () => {
    let now = 0;
    const runs = [900, 50];
    const derive = () => {
      now += runs.shift()!;
      return Promise.resolve(new Uint8Array(32));
    };
    expect(await measureKdf({ monotonic: () => now, memoryBytes: GIB, derive })).toEqual(chooseKdf(25, GIB));
    expect(runs).toEqual([]);
  });

  test('differs little between two measurements, and such files are not written again', () => {
    const now = chooseKdf(25, 2 * GIB);
    expect(isWeaker(chooseKdf(28, 2 * GIB), now)).toBe(false);
    expect(isWeaker({ ...now, passes: 2 }, now)).toBe(true);
    expect(isWeaker(now, { ...now, passes: 2 })).toBe(false);
  });
});
