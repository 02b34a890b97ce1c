import { expect, test } from 'vitest';
import { codeOf } from '../../../main/lib/errors.ts';
import { createFairLimit } from '../../../main/lib/fair-limit.ts';

/** Tasks that end when they are told to. */
function steps() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    task: (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    },
    end: (name: string) => ends.get(name)!(),
  };
}

const turns = async () => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
};
const outcome = (task: Promise<unknown>) =>
  task.then(
    () => 'done',
    (error: unknown) => codeOf(error),
  );

test('runs a limited number of tasks at the same time, and owners take turns', async () => {
  const limit = createFairLimit({ maxRunning: 2, waitingOfOwner: 10, waiting: 20 }, 'busy');
  const { begun, task, end } = steps();
  const [a, b] = [{}, {}];
  for (const name of ['a1', 'a2', 'a3', 'a4']) void limit.run(a, task(name));
  for (const name of ['b1', 'b2']) void limit.run(b, task(name));
  await turns();
  expect(begun).toEqual(['a1', 'b1']);
  for (const name of ['a1', 'b1']) end(name);
  await turns();
  expect(begun.slice(2)).toEqual(['a2', 'b2']);
  for (const name of ['a2', 'b2']) end(name);
  await turns();
  expect(begun.slice(4)).toEqual(['a3', 'a4']);
});

test('returns the result of the task, and continues after one that fails', async () => {
  const limit = createFairLimit({ maxRunning: 1, waitingOfOwner: 10, waiting: 20 }, 'busy');
  const owner = {};
  const failing = limit.run(owner, () => Promise.reject(new Error('broken')));
  const throwing = limit.run(owner, () => {
    throw new Error('at once');
  });
  const good = limit.run(owner, () => Promise.resolve(7));
  await expect(failing).rejects.toThrow('broken');
  await expect(throwing).rejects.toThrow('at once');
  expect(await good).toBe(7);
});

test('refuses the newest task of an owner with too many, and the oldest task of the owner with most when the queue is full', async () => {
  const limit = createFairLimit({ maxRunning: 1, waitingOfOwner: 4, waiting: 6 }, 'busy');
  const { begun, task, end } = steps();
  const [a, b, c] = [{}, {}, {}];
  void limit.run(a, task('running'));
  await turns();
  const many = ['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => outcome(limit.run(a, task(name))));
  expect(await many[4]).toBe('busy');
  for (const name of ['b1', 'b2']) void limit.run(b, task(name));
  // All places are taken now: a newcomer gets one of the owner that has most.
  void limit.run(c, task('c1'));
  expect(await many[0]).toBe('busy');
  end('running');
  await turns();
  end('a2');
  await turns();
  end('b1');
  await turns();
  expect(begun).toEqual(['running', 'a2', 'b1', 'c1']);
});

test('does not run a task that its caller has aborted', async () => {
  const limit = createFairLimit({ maxRunning: 1, waitingOfOwner: 4, waiting: 6 }, 'busy');
  const { begun, task, end } = steps();
  const given = new AbortController();
  void limit.run({}, task('first'));
  const second = limit.run({}, task('second'), given.signal);
  await turns();
  given.abort(new Error('gone'));
  end('first');
  await expect(second).rejects.toThrow('gone');
  expect(begun).toEqual(['first']);
});
