import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSettingsFile } from '../../main/electron/settings.ts';
import { harness } from '../support/electron/harness.ts';

const home = mkdtempSync(path.join(os.tmpdir(), 'kith-forgotten-'));
afterAll(async () => {
  await harness.close();
  rmSync(home, { recursive: true, force: true });
});

test('an invalid network file is reported with a sentence, and the next start asks for a network', async () => {
  const root = path.join(home, 'kith');
  const file = path.join(home, 'street.kith.json');
  mkdirSync(root);
  writeFileSync(file, '{"kith":1}');
  createSettingsFile(root).write({ network: file });
  process.env['XDG_DATA_HOME'] = home;
  process.argv = ['electron', '.'];
  // Quit.
  harness.answerDialog = () => 0;
  await import('../../main/main.ts');
  await harness.quit.promise;
  const [dialog] = harness.dialogs;
  expect(dialog!.message).toBe('The node could not start.');
  expect(dialog!.detail).toContain(file);
  expect(dialog!.detail).toContain('(network-file-invalid)');
  expect(dialog!.detail).toContain('The next start asks for a network again.');
  expect(createSettingsFile(root).read().network).toBeNull();
});
