import { expect, test } from 'vitest';
import { chartData } from '../../../../renderer/format/chart.ts';
import { sparkPath } from '../../../../renderer/format/spark.ts';

const NOON = 1_795_305_600;
const BOX = { width: 300, height: 10, atLeast: 0 };

/** The path of these values, one in two seconds, at the end of five minutes. */
function pathOf(values: (number | null)[], box = BOX): string {
  const peersInbound = values.flatMap((value) => [value, value]);
  const kept = { stepSeconds: 1, start: NOON, values: { peersInbound } };
  return sparkPath(chartData('hour', kept, ['peersInbound']), 0, box);
}

test('a spark line goes from 0 at the bottom to the largest value at the top', () =>
  expect(pathOf([0, 5, 10])).toBe('M294.0 10.0h0.5L296.0 5.0L298.0 0.0'));

test('a spark line has a gap where nothing was measured, and a stroke for a lonely value', () =>
  expect(pathOf([4, null, 4])).toBe('M294.0 0.0h0.5M298.0 0.0h0.5'));

test('small values do not fill the height of a spark line', () =>
  expect(pathOf([1, 1], { ...BOX, atLeast: 10 })).toBe('M296.0 9.0h0.5L298.0 9.0'));

test('a spark line of nothing but zeros lies at the bottom, and one without values is empty', () => {
  expect(pathOf([0, 0])).toBe('M296.0 10.0h0.5L298.0 10.0');
  expect(pathOf([null])).toBe('');
});
