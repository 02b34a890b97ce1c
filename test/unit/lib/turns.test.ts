import { expect, test } from 'vitest';
import { systemClock } from '../../../main/lib/clock.ts';
import { createBreathe, filterInTurns } from '../../../main/lib/turns.ts';

const work = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

test('continuous work lets other tasks run in between', async () => {
  const breathe = createBreathe(systemClock, 5);
  let others = 0;
  const other = setInterval(() => others++, 1);
  for (let i = 0; i < 20; i++) {
    work(2);
    await breathe();
  }
  clearInterval(other);
  expect(others).toBeGreaterThan(3);
});

test('a single piece of work is not delayed', () => {
  expect(createBreathe(systemClock, 5)()).toBeUndefined();
});

test('waiting tasks continue in their order, and other tasks run between them', async () => {
  const breathe = createBreathe(systemClock, 5);
  let turns = 0;
  let counting = true;
  const count = () => {
    turns++;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  const order: number[] = [];
  // This turn is over: all of them wait.
  await breathe();
  work(6);
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      await breathe();
      order.push(i);
      work(2);
    }),
  );
  counting = false;
  expect(order).toEqual(Array.from({ length: 40 }, (_, i) => i));
  // 80 ms of work, some 5 of them a turn.
  expect(turns).toBeGreaterThan(6);
});

test('a long list is filtered in its order, with other tasks in between', async () => {
  let looks = 0;
  const items = Array.from({ length: 5_000 }, (_, i) => i);
  const even = await filterInTurns(
    items,
    (item) => item % 2 === 0,
    () => void looks++,
  );
  expect(even).toEqual(items.filter((item) => item % 2 === 0));
  expect(looks).toBe(2);
});
