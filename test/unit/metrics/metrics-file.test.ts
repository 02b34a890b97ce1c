import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { METRICS } from '../../../shared/contract/vocabulary.ts';
import { decodeMetrics, encodeMetrics, type SavedRing } from '../../../main/metrics/metrics-file.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { createRandom } from '../../support/random.ts';

const SEED = Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_130);
const RUNS = Number(process.env['KITH_FUZZ_RUNS'] ?? 2000);

/** Two steps in which each figure has its own value. */
const RING: SavedRing = {
  size: { seconds: 60, capacity: 2 },
  newest: 29_921_760,
  rows: Float32Array.from({ length: 2 * METRICS.length }, (_, i) => (i === 3 ? NaN : i + 0.5)),
};

/** The bytes with their checksum computed again. */
function sealed(bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(0, -32);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

test('a file is read as it was written', () => {
  expect(decodeMetrics(encodeMetrics([RING]))).toEqual([RING]);
});

test('a figure under a name that this version does not know is skipped, and one that is missing is empty', () => {
  const bytes = Buffer.from(encodeMetrics([RING]));
  bytes.write('latencyXs', bytes.indexOf('latencyMs'), 'ascii');
  const [ring] = decodeMetrics(sealed(bytes)) as SavedRing[];
  const column = METRICS.indexOf('latencyMs');
  const rows = RING.rows.map((value, i) => (i % METRICS.length === column ? NaN : value));
  expect(ring!.rows).toEqual(rows);
});

test.each([
  [
    'two figures of one name',
    (bytes: Buffer) => bytes.write('heapBytes', bytes.indexOf('latencyMs'), 'ascii'),
  ],
  [
    'more steps than bytes',
    (bytes: Buffer) => bytes.writeUInt32LE(3, bytes.length - 32 - 8 * METRICS.length - 4),
  ],
  [
    'more steps than time has had',
    (bytes: Buffer) => bytes.writeUInt32LE(0, bytes.length - 32 - 8 * METRICS.length - 12),
  ],
])('a file with %s is refused', (_what, spoil) => {
  const bytes = Buffer.from(encodeMetrics([RING]));
  spoil(bytes);
  expect(decodeMetrics(sealed(bytes))).toBe('malformed');
});

test('a file with one flipped bit is refused', () => {
  const bytes = encodeMetrics([RING]);
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 1 << (at % 8);
    expect(decodeMetrics(flipped), `byte ${at}`).toBe('malformed');
  }
});

test('a file whose content is rubbish under a right checksum is read to its end without an exception', () => {
  const random = createRandom(SEED);
  let refused = 0;
  for (let run = 0; run < RUNS; run++) {
    const rings = decodeMetrics(sealed(mutate(encodeMetrics([RING]), random)));
    if (typeof rings === 'string') refused++;
    else
      for (const { rows, newest } of rings)
        expect(rows.length / METRICS.length).toBeLessThanOrEqual(newest + 1);
  }
  expect(refused, `seed ${SEED}`).toBeGreaterThan(0);
});
