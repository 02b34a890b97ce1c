import { expect, test } from 'vitest';
import { expectBugs } from '../support/bugs.ts';
import { launchDesktop } from './support/desktop-app.ts';

const bugs = expectBugs();

test('a warning of Node.js in the app fails the test that started it', async () => {
  const app = await launchDesktop();
  await app.electron.evaluate(() => process.emitWarning('leaks'));
  expect(await app.quit()).toBe(0);
  expect(bugs()).toMatchObject([{ error: { message: expect.stringMatching(/Warning: leaks$/) as string } }]);
});
