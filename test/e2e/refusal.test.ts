import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDataDirectory } from '../../main/lib/datadir.ts';
import { harness } from '../support/electron/harness.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-refusal-'));
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a data folder in use is reported with a sentence, and the app starts when the user tries again', async () => {
  const other = await openDataDirectory(folder);
  process.argv = ['electron', '.', '--network', 'regtest', '--datadir', folder];
  harness.answerDialog = async () => {
    await other.release();
    return 1;
  };
  await import('../../main/main.ts');
  const page = await harness.opened.promise;
  await expect.poll(() => harness.dialogs.length, { timeout: 20_000 }).toBe(1);
  const [dialog] = harness.dialogs;
  expect(dialog!.message).toBe('The node could not start.');
  expect(dialog!.detail).toMatch(/in use/);
  expect(dialog!.detail).toContain('datadir-in-use');
  await page.getByText('Welcome to Kith').waitFor();
  expect(harness.dialogs).toHaveLength(1);
});
