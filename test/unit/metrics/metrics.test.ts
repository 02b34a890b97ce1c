import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createLog, type LogEntry } from '../../../main/lib/log.ts';
import { decodeMetrics } from '../../../main/metrics/metrics-file.ts';
import { createMetrics, type Measured } from '../../../main/metrics/metrics.ts';
import { newFolder } from '../../support/folder.ts';
import { turnedClock, type TurnedClock } from '../../support/test-clock.ts';

const NOON = 1_795_305_600;
const never = new AbortController().signal;

interface Started {
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly clock: TurnedClock;
  readonly warnings: string[];
}

async function started(
  directory: string,
  measure: (elapsedMs: number) => Measured,
  from = NOON,
): Promise<Started> {
  const clock = turnedClock(from);
  const warnings: string[] = [];
  const write = ({ level, message }: LogEntry) => void (level === 'warn' && warnings.push(message));
  const log = createLog({ sinks: [{ write }], level: 'info' });
  const metrics = createMetrics({ directory, measure, clock, log });
  await metrics.start(never);
  return { metrics, clock, warnings };
}

/** Measures 1, 2, 3, … as the height. */
function counting(): () => Measured {
  let height = 0;
  return () => ({ height: ++height, latencyMs: null });
}

test('a sample is taken every second and is in all three resolutions', async () => {
  const { metrics, clock } = await started(newFolder(), counting());
  clock.pass(3000);
  expect(metrics.range(['height', 'latencyMs'], 'second')).toEqual({
    stepSeconds: 1,
    start: NOON + 1,
    values: { height: [1, 2, 3], latencyMs: [null, null, null] },
  });
  expect(metrics.range(['height'], 'minute')).toEqual({
    stepSeconds: 60,
    start: NOON,
    values: { height: [3] },
  });
  expect(metrics.range(['height'], 'hour').values).toEqual({ height: [3] });
});

test('a range begins where it was asked to', async () => {
  const { metrics, clock } = await started(newFolder(), counting());
  clock.pass(5000);
  expect(metrics.range(['height'], 'second', NOON + 4)).toEqual({
    stepSeconds: 1,
    start: NOON + 4,
    values: { height: [4, 5] },
  });
});

test('the newest sample goes to those who listen until they stop', async () => {
  const { metrics, clock } = await started(newFolder(), counting());
  const heard: unknown[] = [];
  const off = metrics.onSampled(() => heard.push(metrics.newest(['height', 'coins'])));
  clock.pass(1000);
  off();
  clock.pass(1000);
  expect(heard).toEqual([{ time: NOON + 1, values: { height: 1, coins: null } }]);
});

test('a restart keeps the history, with a gap for the time in between', async () => {
  const directory = newFolder();
  const first = await started(directory, counting());
  first.clock.pass(2000);
  await first.metrics.stop();
  const second = await started(directory, counting(), NOON + 4);
  second.clock.pass(1000);
  expect(second.metrics.range(['height'], 'second').values).toEqual({ height: [1, 2, null, null, 1] });
  expect(second.warnings).toEqual([]);
});

test('nothing is measured after the stop', async () => {
  let times = 0;
  const { metrics, clock } = await started(newFolder(), () => ({ height: ++times }));
  clock.pass(1000);
  await metrics.stop();
  clock.pass(10_000);
  expect(times).toBe(1);
});

test('the history is saved once an hour', async () => {
  const directory = newFolder();
  const { metrics, clock } = await started(directory, counting());
  await clock.passing(3600_000);
  await metrics.stop();
  expect(decodeMetrics(readFileSync(path.join(directory, 'metrics.dat')))).toHaveLength(3);
});

test.each([
  ['corrupt', (file: string) => writeFileSync(file, 'rubbish')],
  ['a folder', (file: string) => mkdirSync(file)],
])('a file that is %s costs the history and a line of the log, never the start', async (_what, spoil) => {
  const directory = newFolder();
  spoil(path.join(directory, 'metrics.dat'));
  const { metrics, clock, warnings } = await started(directory, counting());
  clock.pass(1000);
  expect(metrics.range(['height'], 'second').values).toEqual({ height: [1] });
  expect(warnings).toHaveLength(1);
});

test('a history that cannot be saved costs a line of the log and no failed stop', async () => {
  const directory = newFolder();
  const { metrics, warnings } = await started(directory, counting());
  mkdirSync(path.join(directory, 'metrics.dat'));
  await metrics.stop();
  expect(warnings).toEqual(['the metrics could not be saved']);
});

test('a clock that is wrong at the start does not erase the history, and is accepted after ten minutes', async () => {
  const directory = newFolder();
  const first = await started(directory, counting());
  first.clock.pass(2000);
  await first.metrics.stop();
  const wrong = await started(directory, counting(), 1_000_000_000);
  wrong.clock.pass(60_000);
  expect(wrong.metrics.range(['height'], 'hour').values).toEqual({ height: [2] });
  wrong.clock.shift(NOON - 1_000_000_000);
  wrong.clock.pass(1000);
  expect(wrong.metrics.range(['height'], 'hour').values).toEqual({ height: [61] });
  wrong.clock.shift(1_000_000_000 - NOON);
  wrong.clock.pass(11 * 60_000);
  expect(wrong.metrics.range(['height'], 'hour').start).toBeLessThan(NOON - 3600);
});

test('a file of a newer version is left as it is', async () => {
  const directory = newFolder();
  const first = await started(directory, counting());
  await first.metrics.stop();
  const file = path.join(directory, 'metrics.dat');
  const bytes = readFileSync(file);
  bytes[8] = 2;
  createHash('sha256')
    .update(bytes.subarray(0, -32))
    .digest()
    .copy(bytes, bytes.length - 32);
  writeFileSync(file, bytes);
  const second = await started(directory, counting());
  second.clock.pass(1000);
  await second.metrics.stop();
  expect(readFileSync(file)).toEqual(bytes);
  expect(second.warnings).toHaveLength(1);
});
