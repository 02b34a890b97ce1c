import { expect, test } from 'vitest';
import { isRunning } from '../support/program.ts';
import { type DesktopApp, launchDesktop } from './support/desktop-app.ts';

const FAILED = 'The nodes of the demo network could not start or have stopped.';

/** Chooses the demo in the first window. */
async function launchDemo(): Promise<DesktopApp> {
  const app = await launchDesktop({ args: [] });
  await app.page.getByRole('button', { name: 'Try the demo' }).click();
  return app;
}

/** The processes of the demo's nodes. */
function demoNodes({ electron }: DesktopApp): Promise<number[]> {
  return electron.evaluate(({ app }) =>
    app
      .getAppMetrics()
      .filter(({ name }) => name === 'Kith demo node')
      .map(({ pid }) => pid),
  );
}

test('the demo network starts as utility processes of the app and ends with it', async () => {
  const app = await launchDemo();
  await app.page.getByText('Demo network', { exact: true }).waitFor();
  await app.page.getByText(/with [3-9] peers/).waitFor({ timeout: 120_000 });
  await expect.poll(async () => (await demoNodes(app)).length).toBe(5);
  const nodes = await demoNodes(app);
  expect(await app.quit()).toBe(0);
  await expect.poll(() => nodes.filter(isRunning)).toEqual([]);
});

test('a node of the demo that ends is reported with the next steps, and all start again', async () => {
  const app = await launchDemo();
  await app.page.getByText(/with [3-9] peers/).waitFor({ timeout: 120_000 });
  await app.press('Try again');
  const [first] = await demoNodes(app);
  process.kill(first!, 'SIGKILL');
  await expect.poll(async () => (await app.dialogs()).map(({ message }) => message)).toContain(FAILED);
  const failure = (await app.dialogs()).find(({ message }) => message === FAILED)!;
  expect(failure.buttons).toEqual(['Continue', 'Quit', 'Try again']);
  expect(failure.detail).toContain('stopped unexpectedly');
  await expect.poll(async () => (await demoNodes(app)).length).toBe(5);
  expect(await demoNodes(app)).not.toContain(first);
  expect(await app.quit()).toBe(0);
});
