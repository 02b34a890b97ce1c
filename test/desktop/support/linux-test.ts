import { test } from 'vitest';

/** Registers a test that only Linux can run. Elsewhere it is skipped, and the reason is printed. `isPossible`: another condition. */
export function linuxTest(why: string, isPossible = true): ReturnType<typeof test.skipIf> {
  const elsewhere = process.platform !== 'linux';
  if (elsewhere) console.log(`a test is skipped on ${process.platform}: ${why}`);
  return test.skipIf(elsewhere || !isPossible);
}
