import { expect, test } from 'vitest';
import { createBreathe } from '../../../main/lib/turns.ts';

const work = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

test('work without a pause lets others in between', async () => {
  const breathe = createBreathe(5);
  let others = 0;
  const other = setInterval(() => others++, 1);
  for (let i = 0; i < 20; i++) {
    work(2);
    await breathe();
  }
  clearInterval(other);
  expect(others).toBeGreaterThan(3);
});

test('a single piece is not held up', () => {
  expect(createBreathe(5)()).toBeUndefined();
});
