import { describe, expect, test } from 'vitest';
import { METRICS, type Metric } from '../../../shared/contract/vocabulary.ts';
import {
  createMetricRing,
  type MetricRing,
  type Sample,
  rounded,
} from '../../../main/metrics/metric-ring.ts';
import { createRandom } from '../../support/random.ts';

const NOON = 1_795_305_600;
const column = (metric: Metric): number => METRICS.indexOf(metric);
const MEAN = column('peersInbound');
const WORST = column('loopDelayMs');
const LAST = column('height');

function sampleOf(values: Readonly<Partial<Record<Metric, number>>>): Sample {
  return Float64Array.from(METRICS, (metric) => values[metric] ?? NaN);
}

/** A ring of minutes that got `values` for peersInbound, one every ten seconds. */
function minutesWith(values: readonly number[], capacity = 10): MetricRing {
  const ring = createMetricRing({ seconds: 60, capacity });
  values.forEach((peersInbound, i) => ring.add(NOON + 10 * i, sampleOf({ peersInbound })));
  return ring;
}

describe('a ring', () => {
  test('has no values before the first sample', () => {
    const ring = createMetricRing({ seconds: 1, capacity: 3 });
    expect([ring.newest(), ring.oldest(), ring.values(MEAN, 0)]).toEqual([null, 0, []]);
  });

  test('keeps the mean, the worst and the last of the samples of a step', () => {
    const ring = createMetricRing({ seconds: 60, capacity: 3 });
    ring.add(NOON, sampleOf({ peersInbound: 1, loopDelayMs: 9, height: 7 }));
    ring.add(NOON + 59, sampleOf({ peersInbound: 4, loopDelayMs: 2, height: 6 }));
    expect([MEAN, WORST, LAST].map((each) => ring.values(each, 0))).toEqual([[2.5], [9], [6]]);
  });

  test('leaves a figure that was not measured empty, and does not count it as zero', () => {
    const ring = createMetricRing({ seconds: 60, capacity: 3 });
    ring.add(NOON, sampleOf({ height: 7 }));
    ring.add(NOON + 1, sampleOf({ peersInbound: 4 }));
    expect([ring.values(MEAN, 0), ring.values(LAST, 0), ring.values(WORST, 0)]).toEqual([[4], [7], [null]]);
  });

  test('leaves the steps empty in which no sample was taken', () => {
    const ring = createMetricRing({ seconds: 60, capacity: 5 });
    ring.add(NOON, sampleOf({ height: 1 }));
    ring.add(NOON + 3 * 60, sampleOf({ height: 2 }));
    expect(ring.values(LAST, 0)).toEqual([1, null, null, 2]);
  });

  test('forgets the oldest step when it is full', () => {
    const ring = createMetricRing({ seconds: 1, capacity: 3 });
    for (let i = 0; i < 5; i++) ring.add(NOON + i, sampleOf({ height: i }));
    expect(ring.values(LAST, 0)).toEqual([2, 3, 4]);
    expect([ring.oldest(), ring.newest()]).toEqual([NOON + 2, NOON + 4]);
  });

  test('forgets everything when nothing was measured for longer than it keeps', () => {
    const ring = createMetricRing({ seconds: 1, capacity: 3 });
    ring.add(NOON, sampleOf({ height: 1 }));
    ring.add(NOON + 1000, sampleOf({ height: 2 }));
    expect(ring.values(LAST, 0)).toEqual([2]);
  });

  test('forgets what is in the future when the clock is set back, and goes on', () => {
    const ring = createMetricRing({ seconds: 1, capacity: 10 });
    for (let i = 0; i < 5; i++) ring.add(NOON + i, sampleOf({ height: i }));
    ring.add(NOON + 2, sampleOf({ height: 20 }));
    ring.add(NOON + 3, sampleOf({ height: 30 }));
    expect(ring.values(LAST, 0)).toEqual([0, 1, 20, 30]);
  });

  test('answers from the step that was asked for', () => {
    const ring = minutesWith([1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 9]);
    expect(ring.values(MEAN, NOON / 60 + 1)).toEqual([5, 9]);
  });

  test('answers heights above a million exactly', () => {
    const ring = createMetricRing({ seconds: 1, capacity: 3 });
    ring.add(NOON, sampleOf({ height: 1_234_567 }));
    expect(ring.values(LAST, 0)).toEqual([1_234_567]);
  });

  test('has the same values after it was saved and restored, also when it had wrapped around', () => {
    const ring = createMetricRing({ seconds: 1, capacity: 4 });
    for (let i = 0; i < 7; i++) ring.add(NOON + i, sampleOf({ height: i }));
    const again = createMetricRing({ seconds: 1, capacity: 4 });
    again.restore(ring.read());
    expect(again.values(LAST, 0)).toEqual([3, 4, 5, 6]);
    again.add(NOON + 8, sampleOf({ height: 8 }));
    expect(again.values(LAST, 0)).toEqual([5, 6, null, 8]);
  });

  test('goes on with the mean of a step that an earlier run began, by the seconds that it lasted', () => {
    const before = minutesWith([4, 4, 4]);
    const again = createMetricRing({ seconds: 60, capacity: 10 });
    again.restore(before.read());
    again.add(NOON + 30, sampleOf({ peersInbound: 66 }));
    expect(again.values(MEAN, 0)).toEqual([(30 * 4 + 66) / 31]);
  });

  test('restores the newest steps of a file that has more than it keeps', () => {
    const ring = minutesWith(Array.from({ length: 60 }, (_, i) => Math.floor(i / 6)));
    const small = createMetricRing({ seconds: 60, capacity: 2 });
    small.restore(ring.read());
    expect(small.values(MEAN, 0)).toEqual([8, 9]);
  });
});

test('a fraction has at most six significant digits, whatever its size, and differs by no more than these allow', () => {
  const random = createRandom(11);
  for (let i = 0; i < 20_000; i++) {
    const value = Math.fround((random.next() - 0.5) * 10 ** (random.next() * 50 - 25));
    const result = rounded(value);
    expect(Number.isInteger(value) ? result === value : result === Number(result.toPrecision(6))).toBe(true);
    expect(Math.abs(result - value)).toBeLessThanOrEqual(Math.abs(value) * 5.000_001e-6);
  }
});
