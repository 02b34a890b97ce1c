import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { childSeconds, costSentence } from '../../../tools/support/processor-time.ts';

const isLinux = process.platform === 'linux';
if (!isLinux) console.log('not tested: only Linux tells the processor time of children');

test.skipIf(!isLinux)('the processor time of a child counts once it has ended, and once only', () => {
  childSeconds();
  execFileSync(process.execPath, [
    '-e',
    'while (process.cpuUsage().user < 300_000) crypto.randomBytes(1000)',
  ]);
  expect(childSeconds()).toBeGreaterThanOrEqual(0.3);
  expect(childSeconds()).toBe(0);
});

test('a cost names wall time, processor time and the share of the cores', () => {
  expect(costSentence(10_400, 5)).toMatch(/^10 s, 5 s of processor time \(\d+ % of \d+ cores\)$/);
  expect(costSentence(10_400, null)).toBe('10 s');
});
