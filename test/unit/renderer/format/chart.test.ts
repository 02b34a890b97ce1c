import { afterEach, describe, expect, test } from 'vitest';
import type { MetricRange } from '../../../../shared/contract/metrics.ts';
import {
  axisTop,
  chartData,
  type ChartSeries,
  chartSummary,
  newestPoint,
  pointAt,
  pointTime,
  timeTick,
} from '../../../../renderer/format/chart.ts';
import { tickTexts, valueText } from '../../../../renderer/format/chart-units.ts';
import { decimalMark } from '../../../../renderer/format/decimal-mark.svelte.ts';
import { continued, lastStep, rangeOfSample, withSample } from '../../../../renderer/format/metric-range.ts';

const NOON = 1_795_305_600;
const NBSP = '\u00a0';

/** Seconds of one metric from NOON on. */
const seconds = (
  values: (number | null)[],
  metric: 'peersInbound' | 'loopDelayMs' | 'height' = 'peersInbound',
) => ({ stepSeconds: 1, start: NOON, values: { [metric]: values } }) satisfies MetricRange;

afterEach(() => {
  decimalMark.value = '.';
});

describe('the points of a chart', () => {
  test('of a short history begin at its first value, on an axis of a twelfth of the range', () => {
    const data = chartData('hour', seconds([null, null, 4, 6]), ['peersInbound']);
    expect(data).toMatchObject({ from: NOON + 4 - 300, to: NOON + 4, width: 2, measuredFrom: NOON + 2 });
    expect([data.times, data.values]).toEqual([[NOON + 2], [[5]]]);
  });

  test('are means, worst or last values, as the node joins them', () => {
    const of = (metric: 'peersInbound' | 'loopDelayMs' | 'height') =>
      chartData('hour', seconds([3, 1, 5, 1], metric), [metric]).values[0];
    expect([of('peersInbound'), of('loopDelayMs'), of('height')]).toEqual([
      [2, 3],
      [3, 5],
      [1, 1],
    ]);
  });

  test('have gaps where nothing was measured, and a point of what was', () => {
    const data = chartData('hour', seconds([2, 2, null, null, null, 7]), ['peersInbound']);
    expect(data.values).toEqual([[2, null, 7]]);
  });

  test('of a whole hour are 360 and the axis is an hour', () => {
    const data = chartData('hour', seconds(Array.from({ length: 3700 }, () => 1)), ['peersInbound']);
    expect([data.to - data.from, data.width, data.times[0]]).toEqual([3600, 10, NOON + 100]);
    expect(data.times).toHaveLength(360);
  });

  test('of a whole hour do not begin with a part of a point', () => {
    const data = chartData('hour', seconds(Array.from({ length: 3704 }, () => 1)), ['peersInbound']);
    expect(data.times[0]).toBe(NOON + 110);
  });

  test('of a year are days that begin at midnight of the local time', () => {
    const hours = {
      stepSeconds: 3600,
      start: NOON,
      values: { coins: Array.from({ length: 8760 }, () => 1) },
    };
    const data = chartData('year', hours, ['coins']);
    expect(data.width).toBe(86_400);
    expect(data.times.length).toBeGreaterThan(360);
    const begins = data.times.slice(1).map((time) => new Date(time * 1000).getHours());
    expect(new Set(begins)).toEqual(new Set([0]));
  });

  test('are none without a value', () => {
    const data = chartData('hour', seconds([null, null]), ['peersInbound']);
    expect([data.measuredFrom, data.times, newestPoint(data)]).toEqual([null, [], null]);
    const unknown = chartData('day', { stepSeconds: 60, start: 0, values: {} }, ['coins']);
    expect(unknown).toMatchObject({ measuredFrom: null, times: [], values: [[]] });
  });

  test('are found by time, and the newest one with a value', () => {
    expect([pointAt([10, 20, 30], 24), pointAt([10, 20, 30], 99), pointAt([], 5)]).toEqual([1, 2, null]);
    expect(newestPoint(chartData('hour', seconds([1, 1, 2, 2, null, null]), ['peersInbound']))).toBe(1);
  });
});

describe('a range of seconds', () => {
  const kept = seconds([1, 2]);

  test('is continued by a sample, with a gap for what is missing', () => {
    const sample = rangeOfSample({ time: NOON + 3, values: { peersInbound: 5 } });
    expect(continued(kept, sample, 3600)).toEqual(seconds([1, 2, null, 5]));
  });

  test('takes the later values of a step that was still running', () => {
    expect(continued(kept, { ...seconds([9, 3]), start: NOON + 1 }, 3600)).toEqual(seconds([1, 9, 3]));
  });

  test('forgets what is older than the range', () => {
    const sample = rangeOfSample({ time: NOON + 2, values: { peersInbound: 3 } });
    const next = continued(kept, sample, 2)!;
    expect(next).toEqual({ ...seconds([2, 3]), start: NOON + 1 });
    expect(lastStep(next)).toBe(NOON + 2);
  });

  test.each([
    ['back', NOON - 1],
    ['back within the range', NOON],
    ['far ahead', NOON + 9999],
  ])('is not continued when the clock was set %s', (_where, time) =>
    expect(continued(kept, rangeOfSample({ time, values: { peersInbound: 3 } }), 3600)).toBe(null),
  );
});

describe('the axes', () => {
  test.each([
    [0, 0, 1],
    [0, 50, 50],
    [7, 0, 8],
    [10, 0, 10],
    [182_000_000, 0, 200_000_000],
    [0.3, 0, 0.3],
  ])('end for %d and at least %d at %d', (most, atLeast, top) =>
    expect(axisTop(most, atLeast)).toBeCloseTo(top, 9),
  );

  test('have one unit, and as many decimals as tell the ticks apart', () => {
    expect(tickTexts([0, 500, 1000, 1500], 'bytesPerSecond')).toEqual(
      ['0', '0.5 kB/s', '1.0 kB/s', '1.5 kB/s'].map((text) => text.replace(' ', NBSP)),
    );
    expect(tickTexts([0, 20, 40], 'ms')).toEqual(['0', `20${NBSP}ms`, `40${NBSP}ms`]);
    expect(tickTexts([0, 1000, 2000], 'count')).toEqual(['0', '1\u202f000', '2\u202f000']);
    expect(tickTexts([], 'bytes')).toEqual([]);
  });

  test('and values have the decimal mark of the page', () => {
    decimalMark.value = ',';
    expect(tickTexts([0, 2.5, 5], 'ms')).toEqual(['0', `2,5${NBSP}ms`, `5,0${NBSP}ms`]);
    expect([valueText(1.001, 'cores'), valueText(1.01, 'cores')]).toEqual(['1 core', '1,01 cores']);
    expect([valueText(1234, 'bytes'), valueText(0.256, 'cores')]).toEqual([`1,2${NBSP}kB`, '0,26 cores']);
  });

  test('have times of the length that the distance of two ticks needs', () => {
    expect(timeTick(NOON, 3600)).toMatch(/^\d\d:00( [AP]M)?$/);
    expect(timeTick(NOON, 86_400)).toMatch(/\d/);
    expect(timeTick(NOON, 30 * 86_400)).toMatch(/^\p{L}+\.?$/u);
  });
});

describe('a sample of now', () => {
  const now = (time: number) => ({ time: NOON + time, values: { peersInbound: 5 } });
  const kept = seconds([1, 2, 3]);
  const minutes = { ...seconds([1, 2, 3]), stepSeconds: 60 };

  test('continues the last hour', () =>
    expect(withSample(kept, now(3), 3600)).toEqual(seconds([1, 2, 3, 5])));

  test('after lost ones has the rest read', () => expect(withSample(kept, now(9), 3600)).toBe('read-rest'));

  test('has a longer step read when it is over, not before', () =>
    expect([withSample(minutes, now(179), 3600), withSample(minutes, now(180), 3600)]).toEqual([
      minutes,
      'read-rest',
    ]));

  test.each([1, 60, 7200])('after the clock was set back by %i s has everything read', (back) =>
    expect([withSample(kept, now(2 - back), 3600), withSample(minutes, now(119 - back), 3600)]).toEqual([
      'read-all',
      'read-all',
    ]),
  );
});

describe('the summary of a chart', () => {
  const series: ChartSeries[] = [{ metric: 'peersInbound', name: 'Inbound', source: 'measured' }];
  const summary = (values: (number | null)[], now: number | null | undefined = values.at(-1)) =>
    chartSummary('Peers', 'hour', {
      series,
      unit: 'count',
      data: chartData('hour', seconds(values), ['peersInbound']),
      now: [now],
    });

  test('says the newest value of now, not the mean of the last point', () =>
    expect(summary([2, 2, 7, 7, 3, 3], 9)).toMatch(/Inbound: now 9, between 2 and 9\.$/));

  test('says nothing of now before the first value', () =>
    expect(
      chartSummary('Peers', 'hour', {
        series,
        unit: 'count',
        data: chartData('hour', seconds([2, 2]), ['peersInbound']),
        now: [],
      }),
    ).toMatch(/Inbound: always 2\.$/));

  test('says what is now, the least and the most, and since when', () =>
    expect(summary([2, 2, 7, 7, 3, 3])).toBe(
      `Peers since ${pointTime(NOON, 'hour', 2)}. Inbound: now 3, between 2 and 7.`,
    ));

  test('says of a whole range that it is the last hour', () =>
    expect(summary(Array.from({ length: 3600 }, () => 4))).toBe(
      'Peers in the last hour. Inbound: now 4, always 4.',
    ));

  test('counts the gaps, and does not claim a value of now that was not measured', () =>
    expect(summary([1, 1, null, null, 2, 2, null, null, 2, 2, null, null])).toMatch(
      /Inbound: not measured now, between 1 and 2\. 2 gaps without a measurement\.$/,
    ));

  test('says when nothing was measured', () =>
    expect(summary([null])).toBe('Peers: nothing was measured in the last hour.'));
});
