import { describe, expect, test } from 'vitest';
import { boundsOf, createMonthCount, monthOf } from '../../../../main/net/budgets/month-count.ts';

const at = (date: string): number => Date.parse(`${date}T12:00:00Z`) / 1000;
const [NOVEMBER, DECEMBER, JANUARY] = [at('2026-11-20'), at('2026-12-10'), at('2027-01-05')] as const;

test('the bounds of a month are its first second and that of the next one', () => {
  const [from, until] = boundsOf('2026-12');
  expect([monthOf(from), monthOf(from - 1), monthOf(until - 1), monthOf(until)]).toEqual([
    '2026-12',
    '2026-11',
    '2026-12',
    '2027-01',
  ]);
});

test('a new month begins at 0', () => {
  const count = createMonthCount(null, DECEMBER);
  count.add(700, DECEMBER);
  expect([count.used(DECEMBER), count.used(JANUARY)]).toEqual([700, 0]);
  count.add(5, JANUARY);
  expect(count.used(JANUARY)).toBe(5);
});

test('the count of an earlier run goes on', () => {
  const before = createMonthCount(null, DECEMBER);
  before.add(700, DECEMBER);
  const after = createMonthCount(before.record(), DECEMBER);
  after.add(1, DECEMBER);
  expect(after.used(DECEMBER)).toBe(701);
});

describe('a clock that is set', () => {
  test('back, to a month that was counted or not, gives no free month', () => {
    const count = createMonthCount(null, NOVEMBER);
    count.add(10, NOVEMBER);
    count.add(700, DECEMBER);
    expect(count.used(NOVEMBER)).toBe(710);
    expect(count.used(at('2026-06-01'))).toBe(710);
    expect(count.used(at('1970-01-01'))).toBe(710);
  });

  test('back and forth does not forget what was sent, however often', () => {
    const count = createMonthCount(null, DECEMBER);
    for (let i = 0; i < 20; i++) {
      count.add(100, DECEMBER);
      count.add(1, at('2026-10-01'));
      count.add(1, NOVEMBER);
    }
    expect(count.used(DECEMBER)).toBe(20 * 102);
  });

  test('forward for a while delays no later month', () => {
    const count = createMonthCount(null, DECEMBER);
    count.add(700, DECEMBER);
    count.add(50, at('2099-05-05'));
    expect(count.used(DECEMBER)).toBe(750);
    expect(count.used(JANUARY)).toBe(0);
  });

  test('to a thousand months keeps a record of bounded size', () => {
    const count = createMonthCount(null, DECEMBER);
    for (let month = 0; month < 1000; month++) count.add(1, DECEMBER + month * 2_600_000);
    expect(Object.keys(count.record().months).length).toBeLessThanOrEqual(12);
  });
});
