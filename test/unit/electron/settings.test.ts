import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSettingsFile } from '../../../main/electron/settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kith-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('remembers the network, readable by its owner alone, and leaves nothing else behind', () => {
  const place = path.join(folder, 'new');
  createSettingsFile(place).write({ network: 'local' });
  expect(createSettingsFile(place).read()).toEqual({ network: 'local' });
  expect(readdirSync(place)).toEqual(['settings.json']);
  if (process.platform !== 'win32')
    expect(statSync(path.join(place, 'settings.json')).mode & 0o777).toBe(0o600);
});

test.each([
  ['no file', null],
  ['no JSON', '{'],
  ['another shape', '[]'],
  ['a version from later', '{"version":2,"network":"local"}'],
  ['a network that is no name', '{"version":1,"network":7}'],
  ['a network file in whatever folder is the current one', '{"version":1,"network":"./ours.json"}'],
])('%s means: nothing chosen yet', (_what, text) => {
  if (text !== null) writeFileSync(path.join(folder, 'settings.json'), text);
  expect(createSettingsFile(folder).read()).toEqual({ network: null });
});
