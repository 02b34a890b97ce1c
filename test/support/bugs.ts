/**
 * Every test fails after which a bug was caught, or a warning of Node.js was issued, anywhere in the process or in a process
 * that it started: vitest.config.ts loads this file before each file of tests.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import type { Bug } from '../../main/lib/bugs.ts';

const caught: Bug[] = [];
const onBug = (bug: unknown) => void caught.push(bug as Bug);
const onWarning = (warning: Error) => {
  if (!isUnavoidable(String(warning))) caught.push({ where: 'a warning of Node.js', error: warning });
};
subscribe('kith:bug', onBug);
process.on('warning', onWarning);

// Processes that are started from now on, and those that they start, write their warnings there.
const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-warnings-'));
const warnings = path.join(folder, 'warnings.txt');
writeFileSync(warnings, '');
process.env['NODE_REDIRECT_WARNINGS'] = warnings;

// Registered before anything that a test registers, so it runs last: when what the test started has stopped.
beforeEach(({ onTestFinished }) => onTestFinished(failOnBug));
afterAll(() => {
  // Files that share a process load this module once each.
  unsubscribe('kith:bug', onBug);
  process.off('warning', onWarning);
  failOnBug();
  rmSync(folder, { recursive: true, force: true });
});

/** Experimental features of Node.js, deprecated ones in libraries, and variables of the environment of the tests. */
const isUnavoidable = (text: string): boolean =>
  /^(?:ExperimentalWarning|DeprecationWarning)|'NO_COLOR' env is ignored/.test(text);

/** Everything that was caught since the last call. */
function takeCaught(): Bug[] {
  for (const line of readFileSync(warnings, 'utf8').split('\n')) {
    const [, text] = /^\(\w+:\d+\) (?:\[\w+\] )?(\w*Warning: .*)$/.exec(line) ?? [];
    if (text !== undefined && !isUnavoidable(text))
      caught.push({ where: 'a process that the test started', error: new Error(line) });
  }
  writeFileSync(warnings, '');
  return caught.splice(0);
}

function failOnBug(): void {
  const [first, ...others] = takeCaught();
  if (first === undefined) return;
  throw new Error(`${1 + others.length} exceptions or warnings were caught, the first in: ${first.where}`, {
    cause: first.error,
  });
}

/** For tests that cause bugs: gives those since the last question, which then fail nothing. */
export function expectBugs(): () => Bug[] {
  beforeEach(() => void takeCaught());
  return takeCaught;
}
