/** Every test fails after which a bug was caught anywhere in the process: vitest.config.ts loads this file before each. */
import { subscribe } from 'node:diagnostics_channel';
import { beforeEach } from 'vitest';
import type { Bug } from '../../main/lib/bugs.ts';

const caught: Bug[] = [];
subscribe('kith:bug', (bug) => void caught.push(bug as Bug));

// Registered before anything that a test registers, so it runs last: when what the test started has stopped.
beforeEach(({ onTestFinished }) => onTestFinished(failOnBug));

function failOnBug(): void {
  const [first, ...others] = caught.splice(0);
  if (first === undefined) return;
  throw new Error(`${1 + others.length} exceptions were caught, the first in: ${first.where}`, {
    cause: first.error,
  });
}

/** For tests that cause bugs: gives those since the last question, which then fail nothing. */
export function expectBugs(): () => Bug[] {
  beforeEach(() => void caught.splice(0));
  return () => caught.splice(0);
}
