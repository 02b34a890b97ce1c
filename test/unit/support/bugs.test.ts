import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { expectBugs } from '../../support/bugs.ts';

const bugs = expectBugs();

test('a warning of a process that a test starts fails the test', () => {
  execFileSync(process.execPath, ['-e', 'process.emitWarning("leaks")']);
  execFileSync(process.execPath, ['-e', 'process.emitWarning("new", "ExperimentalWarning")']);
  expect(bugs()).toMatchObject([
    {
      where: 'a process that the test started',
      error: { message: expect.stringMatching(/Warning: leaks$/) as string },
    },
  ]);
});

test('a warning of the process of the test fails the test', async () => {
  process.emitWarning('leaks');
  await new Promise(setImmediate);
  expect(bugs()).toMatchObject([{ where: 'a warning of Node.js', error: { message: 'leaks' } }]);
});
