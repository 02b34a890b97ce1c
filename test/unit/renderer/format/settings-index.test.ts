import { describe, expect, test } from 'vitest';
import {
  findSettings,
  readAnchor,
  SETTING_SECTIONS,
  settingsIndex,
} from '../../../../renderer/format/settings-index.ts';
import { readLimit } from '../../../../renderer/format/setting-limit.ts';
import { settingOrigin } from '../../../../renderer/format/setting-origin.ts';

const ids = (typed: string, hasDesktop = false) => findSettings(typed, hasDesktop).map(({ id }) => id);

test('every section has a setting, and every setting one whole sentence', () => {
  for (const { id } of SETTING_SECTIONS)
    expect(settingsIndex.some(({ section }) => section === id)).toBe(true);
  for (const { text } of settingsIndex) expect(text).toMatch(/^[A-Z].*\.$/);
});

describe('the search', () => {
  test('finds by name, sentence, section and further words, whatever the case', () => {
    expect(ids('UPLOAD rate')).toEqual(['upload-rate']);
    expect(ids('firewall')).toEqual(['listen']);
    expect(ids('appearance')).toEqual(['theme', 'contrast', 'text-size']);
    expect(ids('no such thing')).toEqual([]);
  });

  test('without a text it is everything that this program has', () => {
    expect(ids('  ')).not.toContain('tray');
    expect(ids('', true)).toEqual(settingsIndex.map(({ id }) => id));
  });
});

test('only known names are anchors', () => {
  expect(readAnchor('upload-rate')).toBe('upload-rate');
  expect(readAnchor('network')).toBe('network');
  for (const wrong of [null, '', 'constructor', '__proto__', 'x']) expect(readAnchor(wrong)).toBeNull();
});

test('a limit is a whole number between its bounds, with or without groups', () => {
  expect(readLimit(' 2\u202f000 ', 10, 5000)).toBe(2000);
  for (const wrong of ['', '9', '5001', '1e3', '1.5', '-20', '0x20'])
    expect(readLimit(wrong, 10, 5000)).toBe('Enter a whole number from 10 to 5\u202f000.');
});

test('the origin of a setting is a sentence where there is something to say', () => {
  const [value, next] = [1, 2];
  expect(settingOrigin({ value, next: value, source: 'default' })).toBeNull();
  expect(settingOrigin({ value, next, source: 'settings' })).toContain('restarted');
  expect(settingOrigin({ value, next: value, source: 'settings' })).toBe('Changed by you.');
  for (const source of ['argument', 'config-file', 'program'] as const)
    expect(settingOrigin({ value, next: value, source })).toContain('cannot be changed here');
});
