import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../main/lib/clock.ts';
import { createCounted } from '../../../main/lib/counted.ts';
import { createLog, type LogEntry } from '../../../main/lib/log.ts';

let lines: LogEntry[];
const counted = () => {
  const log = createLog({ sinks: [{ write: (line) => lines.push(line) }], level: 'info' });
  return createCounted({ log, level: 'warn', everyMs: 60_000, clock: systemClock });
};

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('the first event is written immediately, the rest as one line with their number', () => {
  const refused = counted();
  for (let i = 0; i < 1000; i++) refused('refused', { reason: 'host' });
  refused('refused', { reason: 'origin' });
  expect(lines.map(({ data }) => data)).toEqual([{ reason: 'host' }, { reason: 'origin' }]);
  vi.advanceTimersByTime(60_000);
  expect(lines.slice(2).map(({ data }) => data)).toEqual([{ reason: 'host', times: 999 }]);
  for (let i = 0; i < 5; i++) refused('refused', { reason: 'host' });
  vi.advanceTimersByTime(60_000);
  expect(lines.slice(3).map(({ data }) => data)).toEqual([{ reason: 'host', times: 5 }]);
});

test('an event after a pause is written immediately again', () => {
  const refused = counted();
  refused('refused');
  vi.advanceTimersByTime(60_000);
  refused('refused');
  expect(lines).toHaveLength(2);
});

test('any number of kinds costs a bounded number of lines and bounded memory', () => {
  const refused = counted();
  for (let i = 0; i < 10_000; i++) refused('refused', { name: i });
  expect(lines.length).toBeLessThanOrEqual(65);
  vi.advanceTimersByTime(60_000);
  expect(lines.length).toBeLessThanOrEqual(130);
  expect(lines.at(-1)!.data).toEqual({ times: 9935 });
});

test('messages stay distinct even when there are too many kinds', () => {
  const peers = counted();
  for (let i = 0; i < 100; i++) {
    peers('a peer came', { name: i });
    peers('a peer left', { name: i });
  }
  vi.advanceTimersByTime(60_000);
  const summed = lines.filter(({ data }) => data?.['times'] !== undefined);
  expect(summed.map(({ message, data }) => [message, data])).toEqual([
    ['a peer came', { times: 67 }],
    ['a peer left', { times: 67 }],
  ]);
});
