import { expect, test } from 'vitest';
import { openDataDirectory } from '../../main/lib/datadir.ts';
import { launchDesktop, newFolder, runDesktop } from './support/desktop-app.ts';
import { linuxTest } from './support/linux-test.ts';

test('a data directory that is in use is reported with a sentence, and the node starts once it is free', async () => {
  const datadir = newFolder();
  const other = await openDataDirectory(datadir);
  // The dialog may come before the test could choose its button.
  const app = await launchDesktop({ datadir, atStart: ({ press }) => press('Try again') });
  await expect.poll(() => app.dialogs()).not.toEqual([]);
  const [refusal] = await app.dialogs();
  expect(refusal!.message).toBe('The node could not start.');
  expect(refusal!.detail).toMatch(/in use/);
  expect(refusal!.detail).toContain('datadir-in-use');
  await other.release();
  await app.page.getByText('Welcome to Kith').waitFor();
  expect(await app.quit()).toBe(0);
});

const refused = linuxTest('elsewhere Electron shows the sentence in a box that waits for a click');

refused('a wrong argument ends the program with a sentence and without a window', async () => {
  const outcome = await runDesktop(['--prune-mb', 'much']);
  expect(outcome.code).toBe(1);
  expect(outcome.errors).toContain('--prune-mb');
});
