import { expect, test } from 'vitest';
import { silentLog } from '../../../main/lib/log.ts';
import { createDiskWatch, type DiskWatchDeps } from '../../../main/node/disk-watch.ts';

const GB = 1_000_000_000;

function world(given: Partial<DiskWatchDeps> & { pruneMb?: number; isAllowed?: boolean } = {}) {
  const kept: number[] = [];
  const pruned: number[] = [];
  const codes: string[] = [];
  let pruneMb = given.pruneMb;
  let now = 0;
  const check = createDiskWatch({
    free: () => 0.4 * GB,
    options: () => ({ pruneMb, pruneWhenLow: given.isAllowed ?? true }),
    bodyBytes: () => 5 * GB,
    isRead: () => true,
    prune: (megabytes) => void pruned.push(megabytes),
    async keep(megabytes) {
      kept.push(megabytes);
      pruneMb = megabytes;
    },
    report: ({ code }) => void codes.push(code),
    ms: () => now,
    log: silentLog,
    ...given,
  });
  return { check, kept, pruned, codes, pass: (ms: number) => (now += ms) };
}

test('with little space, so few blocks are kept that 1.5 GB are free, and the user learns it', async () => {
  const { check, kept, codes } = world();
  await check();
  expect([kept, codes]).toEqual([[3900], ['disk-pruned']]);
});

test.each([
  ['it is not allowed', { isAllowed: false }],
  ['there is enough space', { free: () => GB }],
  ['the free space is unknown', { free: () => null }],
  ['fewer blocks are kept already', { pruneMb: 3900 }],
  ['a wallet has yet to read blocks', { isRead: () => false }],
])('nothing is changed when %s', async (_why, given) => {
  const { check, kept, codes } = world(given);
  await check();
  expect([kept, codes]).toEqual([[], []]);
});

test('a disk that other programs filled leaves the least that can be set', async () => {
  const { check, kept } = world({ bodyBytes: () => 0.2 * GB });
  await check();
  expect(kept).toEqual([10]);
});

test('there is time to delete before even fewer blocks are kept', async () => {
  let bytes = 5 * GB;
  const { check, kept, pass } = world({ bodyBytes: () => bytes });
  await check();
  bytes = 4 * GB;
  await check();
  expect(kept).toEqual([3900]);
  pass(60_000);
  await check();
  expect(kept).toEqual([3900, 2900]);
});

test('a size that cannot be stored is no failure of the node', async () => {
  const { check, codes } = world({ keep: () => Promise.reject(new Error('given as an argument')) });
  await check();
  expect(codes).toEqual([]);
});

test('blocks are deleted also when the setting cannot be stored, such as on a full disk', async () => {
  const { check, pruned } = world({ keep: () => Promise.reject(new Error('the disk is full')) });
  await check();
  expect(pruned).toEqual([3900]);
});
