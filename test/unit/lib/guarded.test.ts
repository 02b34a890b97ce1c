import { expect, test } from 'vitest';
import { guarded } from '../../../main/lib/guarded.ts';
import type { Log } from '../../../main/lib/log.ts';
import { expectBugs } from '../../support/bugs.ts';

const bugs = expectBugs();

test('an error in a timer is logged, and the node continues', () => {
  const said: unknown[] = [];
  const log = { error: (...args: unknown[]) => void said.push(args) } as unknown as Log;
  let ran = 0;
  const work = guarded(log, 'tick', (by: number) => {
    ran += by;
    if (ran > 1) throw new Error('broken');
  });
  work(1);
  expect(said).toEqual([]);
  work(1);
  expect(ran).toBe(2);
  expect(JSON.stringify(said)).toMatch(/tick.*broken/);
  expect(bugs()).toMatchObject([{ where: 'tick', error: { message: 'broken' } }]);
});
