import { expect, test } from 'vitest';
import { createRecentLimit } from '../../../main/lib/recent-limit.ts';

test('at most the limit is allowed within any window, and further ones later', () => {
  let now = 0;
  const limit = createRecentLimit(2, 100, () => now);
  const happens = (): boolean => {
    const allowed = limit.allows();
    if (allowed) limit.add();
    return allowed;
  };
  const at = (time: number): boolean => {
    now = time;
    return happens();
  };
  expect([0, 50, 60, 99, 100, 120, 150].map(at)).toEqual([true, true, false, false, true, false, true]);
});
