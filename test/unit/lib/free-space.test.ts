import { expect, test } from 'vitest';
import { createFreeSpace, createRoom } from '../../../main/lib/free-space.ts';
import { until } from '../../support/until.ts';

/** A disk that answers when the test says so, and how often it was asked. */
function slowDisk() {
  const asked: PromiseWithResolvers<{ bavail: number; bsize: number }>[] = [];
  const read = () => {
    const question = Promise.withResolvers<{ bavail: number; bsize: number }>();
    asked.push(question);
    return question.promise;
  };
  return { asked, read };
}

test('a disk that does not answer is asked only once', () => {
  const { asked, read } = slowDisk();
  let ms = 0;
  const space = createFreeSpace('/', 1000, () => ms, read);
  for (; ms < 100_000; ms += 500) expect(space()).toBeNull();
  expect(asked).toHaveLength(1);
});

test('the answer is returned from then on, and read again when its time is over', async () => {
  const { asked, read } = slowDisk();
  let ms = 0;
  const space = createFreeSpace('/', 1000, () => ms, read);
  space();
  asked[0]!.resolve({ bavail: 3, bsize: 10 });
  await until(() => space() === 30, 'the disk answered');
  expect(asked).toHaveLength(1);
  ms = 1000;
  space();
  expect(asked).toHaveLength(2);
});

test('the space is unknown after the disk failed', async () => {
  const { asked, read } = slowDisk();
  let ms = 0;
  const space = createFreeSpace('/', 1000, () => ms, read);
  space();
  asked[0]!.resolve({ bavail: 3, bsize: 10 });
  await until(() => space() === 30, 'the disk answered');
  ms = 1000;
  space();
  asked[1]!.reject(new Error('the disk is gone'));
  await until(() => space() === null, 'the failure arrived');
});

test('room for blocks ends at 200 MB and is there again at 300 MB, and while nothing is known there is room', () => {
  let free: number | null = null;
  const hasRoom = createRoom(() => free);
  const at = (megabytes: number | null) => {
    free = megabytes === null ? null : megabytes * 1_000_000;
    return hasRoom();
  };
  expect([null, 250, 200, 199, 250, 299, 300, 200].map(at)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
});
