import { describe, expect, test } from 'vitest';
import { createTaskBuffer, dataOf, offer, retire, workThrough } from '../../../main/workers/slice-task.ts';
import { createTaskBuffers } from '../../../main/workers/task-buffers.ts';

const task = { id: 5, count: 20, slice: 8, parameter: 3 };

describe('a task in shared memory', () => {
  test('one worker does every job once, in slices', () => {
    const buffer = createTaskBuffer(64);
    offer(buffer, task);
    const slices: number[][] = [];
    const result = workThrough(buffer, (data, from, to, { count, parameter }) => {
      slices.push([data.length, from, to, count, parameter]);
      return -1;
    });
    expect(result).toEqual({ id: 5, first: -1 });
    expect(slices).toEqual([
      [64, 0, 8, 20, 3],
      [64, 8, 16, 20, 3],
      [64, 16, 20, 20, 3],
    ]);
  });

  test('two workers share it, and only the last to finish returns the result', () => {
    const buffer = createTaskBuffer(0);
    offer(buffer, task);
    let inner: unknown = 'not run';
    const outer = workThrough(buffer, (_data, from) => {
      if (from === 0) inner = workThrough(buffer, () => -1);
      return -1;
    });
    expect(inner).toBeNull();
    expect(outer).toEqual({ id: 5, first: -1 });
  });

  test('the lowest index wins, and slices above it are not worked', () => {
    const buffer = createTaskBuffer(0);
    offer(buffer, { ...task, count: 100 });
    const worked: number[] = [];
    const result = workThrough(buffer, (_data, from) => {
      worked.push(from);
      if (from === 0) return workThrough(buffer, (_d, f) => (f === 8 ? 9 : -1)) === null ? 2 : -1;
      return -1;
    });
    expect(result).toEqual({ id: 5, first: 2 });
    expect(worked).toEqual([0]);
  });

  test('a late worker finds no work in an idle buffer, and helps with the next task', () => {
    const buffer = createTaskBuffer(8);
    expect(workThrough(buffer, () => expect.fail('worked on nothing'))).toBeNull();
    offer(buffer, { ...task, count: 1 });
    expect(workThrough(buffer, () => 0)).toEqual({ id: 5, first: 0 });
    expect(workThrough(buffer, () => expect.fail('worked twice'))).toBeNull();
    retire(buffer);
    dataOf(buffer).fill(1);
    expect(workThrough(buffer, () => expect.fail('worked on an idle buffer'))).toBeNull();
    offer(buffer, { ...task, id: 6, count: 3 });
    expect(workThrough(buffer, () => -1)).toEqual({ id: 6, first: -1 });
  });
});

test('buffers are used again, and no more than a few are kept', () => {
  const buffers = createTaskBuffers(1 << 16);
  const first = buffers.take(1000);
  expect(dataOf(first).length).toBeGreaterThanOrEqual(1000);
  const second = buffers.take(1000);
  expect(second).not.toBe(first);
  buffers.give(first);
  expect(buffers.take(900)).toBe(first);
  for (const size of [1, 32_000, 32_768, 100_000, 1 << 20]) {
    const buffer = buffers.take(size);
    expect(dataOf(buffer).length).toBeGreaterThanOrEqual(size);
    buffers.give(buffer);
  }
  const huge = buffers.take(1 << 20);
  buffers.give(huge);
  expect(buffers.take(1 << 20)).not.toBe(huge);
});
