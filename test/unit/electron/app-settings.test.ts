import { statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createAppSettings } from '../../../main/electron/app-settings.ts';
import { autostartFile, desktopEntry } from '../../../main/electron/login-item.ts';
import { newFolder } from '../../support/folder.ts';

const fail = (error: unknown): never => {
  throw error;
};
const USUAL = {
  closeToTray: null,
  notifications: true,
  pauseOnBattery: true,
  lockWithScreen: true,
  startAtLogin: false,
  hideAmounts: false,
  numbers: 'system',
  unit: 'KITH',
};

test('a changed setting is stored, readable by its owner alone, and emitted', () => {
  const file = path.join(newFolder(), 'new', 'desktop.json');
  const settings = createAppSettings(file, fail);
  expect(settings.read()).toEqual(USUAL);
  const told: unknown[] = [];
  settings.events.on('changed', (changed) => told.push(changed));
  settings.change({ closeToTray: true });
  settings.change({ notifications: false });
  const expected = { ...USUAL, closeToTray: true, notifications: false };
  expect(told.at(-1)).toEqual(expected);
  expect(createAppSettings(file, fail).read()).toEqual(expected);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a setting that cannot be stored does not change', () => {
  const file = path.join(newFolder(), 'file');
  writeFileSync(file, '');
  const settings = createAppSettings(path.join(file, 'desktop.json'), fail);
  expect(() => settings.change({ startAtLogin: true })).toThrow();
  expect(settings.read()).toEqual(USUAL);
});

test.each([
  ['no JSON', '{'],
  ['a list', '[]'],
  ['another version', '{"version":2,"notifications":false}'],
  ['fields of another kind', '{"version":1,"notifications":"no","closeToTray":1,"startAtLogin":{}}'],
])('%s means the default settings', (_what, text) => {
  const file = path.join(newFolder(), 'desktop.json');
  writeFileSync(file, text);
  expect(createAppSettings(file, fail).read()).toEqual(USUAL);
});

test('the entry for a start at login names the program, whatever is in its path', () => {
  const entry = desktopEntry(['/opt/My $Kith 100%/kith', '--hidden']);
  expect(entry).toContain('\nExec="/opt/My \\\\$Kith 100%%/kith" "--hidden"\n');
  expect(entry.startsWith('[Desktop Entry]\n')).toBe(true);
});

test('the entry is in the folder of the XDG specification; a relative folder is ignored', () => {
  expect(autostartFile({ XDG_CONFIG_HOME: '/cfg' })).toBe('/cfg/autostart/kith.desktop');
  const usual = path.join(os.homedir(), '.config/autostart/kith.desktop');
  expect(autostartFile({ XDG_CONFIG_HOME: 'cfg' })).toBe(usual);
  expect(autostartFile({})).toBe(usual);
});
