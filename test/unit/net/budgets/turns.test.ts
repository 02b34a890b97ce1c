import { expect, test } from 'vitest';
import { createTurns } from '../../../../main/net/budgets/turns.ts';
import { systemClock } from '../../../../main/lib/clock.ts';

test('tasks with a lower rank run first, and within a rank in their order of arrival', async () => {
  const turn = createTurns(2, 10, systemClock);
  const order: string[] = [];
  const work = async (rank: number, name: string) => {
    await turn(rank, 10);
    order.push(name);
  };
  const all = ['bulk 1', 'bulk 2', 'bulk 3'].map((name) => work(1, name));
  all.push(work(0, 'relay 1'), work(0, 'relay 2'));
  await Promise.all(all);
  // The first had its turn before anything else was there.
  expect(order).toEqual(['bulk 1', 'relay 1', 'relay 2', 'bulk 2', 'bulk 3']);
});
