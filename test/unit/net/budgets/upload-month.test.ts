import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../../../main/lib/log.ts';
import type { MonthRecord } from '../../../../main/net/budgets/month-count.ts';
import { createUploadMonth, type MonthStore } from '../../../../main/net/budgets/upload-month.ts';
import { openMonthStore } from '../../../../main/net/budgets/upload-month-file.ts';
import { newFolder } from '../../../support/folder.ts';

const LIMIT = 10_000_000;
const NOW = Date.parse('2026-12-10T00:00:00Z') / 1000;
const NEXT_MONTH = Date.parse('2027-01-01T00:00:00Z') / 1000;

interface Options {
  readonly limit?: number | null;
  readonly store?: MonthStore;
}

async function start({ limit = LIMIT, store = inMemory() }: Options = {}) {
  let now = NOW;
  let tick: () => void = () => undefined;
  const clock = {
    now: () => now,
    every(_ms: number, run: () => void) {
      tick = run;
      return { cancel: () => undefined };
    },
  };
  const month = createUploadMonth({ limit, store, clock, log: silentLog });
  const stages: string[] = [];
  month.events.on('stage', (stage) => stages.push(stage));
  await month.start();
  return {
    month,
    stages,
    go(time: number) {
      now = time;
      tick();
    },
  };
}

function inMemory(): MonthStore & { readonly written: MonthRecord[] } {
  const written: MonthRecord[] = [];
  return {
    written,
    read: async () => written.at(-1) ?? null,
    write: async (record) => void written.push(record),
  };
}

test('after nine tenths only the reserve is left, and shortly before the limit everything is closed', async () => {
  const { month, stages } = await start();
  month.sent(LIMIT * 0.9 - 1);
  expect(stages).toEqual([]);
  month.sent(1);
  expect(stages).toEqual(['reserve']);
  month.sent(LIMIT / 10 - 64 * 1024);
  expect(stages).toEqual(['reserve', 'closed']);
});

test('nothing may be sent that would exceed the limit', async () => {
  const { month } = await start();
  expect([month.allows(LIMIT), month.allows(LIMIT / 2)]).toEqual([false, true]);
  while (month.allows(1000)) month.sent(1000);
  expect(month.used()).toBeLessThan(LIMIT);
  expect(month.used()).toBeGreaterThan(LIMIT * 0.99);
});

test('the next month opens everything again', async () => {
  const { month, stages, go } = await start();
  month.sent(LIMIT);
  expect(month.endsAt()).toBe(NEXT_MONTH);
  go(NEXT_MONTH - 1);
  expect(month.stage()).toBe('closed');
  go(NEXT_MONTH);
  expect(stages).toEqual(['closed', 'open']);
});

test('a higher limit, a lower one and none apply at once', async () => {
  const { month, stages } = await start();
  month.sent(LIMIT);
  month.limitTo(2 * LIMIT);
  month.limitTo(LIMIT / 2);
  month.limitTo(null);
  expect(stages).toEqual(['closed', 'open', 'closed', 'open']);
  expect(month.allows(1e12)).toBe(true);
});

test('a limit that is set in the middle of a month counts what was sent before', async () => {
  const { month, stages } = await start({ limit: null });
  month.sent(LIMIT);
  expect(stages).toEqual([]);
  month.limitTo(LIMIT);
  expect(stages).toEqual(['closed']);
});

describe('the stored count', () => {
  test('is never below what was sent, although the process may be killed at any moment', async () => {
    const store = inMemory();
    const { month } = await start({ store });
    for (let i = 0; i < 1000; i++) {
      month.sent(5000);
      await Promise.resolve();
      await Promise.resolve();
      expect(store.written.at(-1)!.total).toBeGreaterThanOrEqual(month.used());
    }
    expect(store.written.length).toBeLessThan(200);
  });

  test('is exact after a clean stop, and the next run goes on from it', async () => {
    const folder = newFolder();
    const first = await start({ store: openMonthStore(folder, silentLog) });
    first.month.sent(1234);
    await first.month.stop();
    const second = await start({ store: openMonthStore(folder, silentLog) });
    expect(second.month.used()).toBe(1234);
    await second.month.stop();
  });

  test.each([
    ['', 'nothing'],
    ['{', 'half a file'],
    ['[]', 'a list'],
    ['{"version":2,"month":"2026-12","total":5,"months":{"2026-12":0}}', 'a newer version'],
    ['{"version":1,"month":"2026-13","total":5,"months":{"2026-13":0}}', 'a month that does not exist'],
    ['{"version":1,"month":"2026-12","total":-5,"months":{"2026-12":0}}', 'a negative total'],
    [
      '{"version":1,"month":"2026-12","total":5,"months":{"2026-12":9}}',
      'a month that begins after the total',
    ],
    ['{"version":1,"month":"2026-12","total":5,"months":{}}', 'a month without a beginning'],
    ['{"version":1,"month":"__proto__","total":5,"months":{"__proto__":0}}', 'a name that is no month'],
    [`{"version":1,"month":"2026-12","total":5,"months":{"2026-12":0}${' '.repeat(5000)}}`, 'too much'],
  ])('that cannot be used (%#) begins at 0, and does not keep the node from starting', async (text) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'upload-month.json'), text);
    const { month } = await start({ store: openMonthStore(folder, silentLog) });
    expect(month.used()).toBe(0);
    await month.stop();
  });

  test('that cannot be written stops nothing', async () => {
    const store = { read: async () => null, write: () => Promise.reject(new Error('the disk is full')) };
    const { month } = await start({ store });
    month.sent(LIMIT / 2);
    expect(month.used()).toBe(LIMIT / 2);
    await month.stop();
  });

  test('that cannot be written is tried again with the timer, and not with each packet', async () => {
    let tries = 0;
    const write = () => {
      tries++;
      return Promise.reject(new Error('the disk is full'));
    };
    const { month, go } = await start({ store: { read: async () => null, write } });
    const settle = () => new Promise(setImmediate);
    await settle();
    const before = tries;
    for (let i = 0; i < 100; i++) {
      month.sent(1_000);
      await settle();
    }
    expect(tries).toBe(before);
    go(NOW + 10);
    await settle();
    expect(tries).toBe(before + 1);
    await month.stop();
  });
});
