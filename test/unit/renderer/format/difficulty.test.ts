import { expect, test } from 'vitest';
import { bitsToTarget, workOf } from '../../../../main/core/consensus/compact.ts';
import { hashesOf, nextDifficulty } from '../../../../renderer/format/difficulty.ts';
import { createRandom } from '../../../support/random.ts';

test('the hashes of a target are the work of the node, in the precision of a number', () => {
  const random = createRandom(4);
  const some = Array.from(
    { length: 500 },
    () => ((3 + random.int(29)) << 24) | (0x8000 + random.int(0x7f7fff)),
  );
  for (const bits of [0x207fffff, 0x1f00ffff, 0x203fffff, ...some]) {
    const work = Number(workOf(bitsToTarget(bits)));
    // Work is rounded down to whole hashes.
    expect(Math.abs(hashesOf(bits) - work)).toBeLessThanOrEqual(1 + work * 1e-12);
  }
});

test.each([
  [0x1f00ffff, 0x1f00ffff, ', as many as the last one.'],
  [0x1f008000, 0x1f00ffff, ', 99 % more than the last one.'],
  [0x1f00ffff, 0x1f008000, ', 49 % fewer than the last one.'],
])('the next difficulty %i after %i is compared in words', (bits, last, end) => {
  const sentence = nextDifficulty({ height: 5, bits }, last).replaceAll(/[\u00a0\u202f]/g, ' ');
  expect(sentence).toMatch(/^The next block takes [\d .]+ hashes on average/);
  expect(sentence.endsWith(end)).toBe(true);
});
