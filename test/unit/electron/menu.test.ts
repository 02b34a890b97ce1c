import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { aboutText } from '../../../main/electron/about.ts';
import { contextTemplate } from '../../../main/electron/context-menu.ts';
import { MENU_SCREENS, menuTemplate } from '../../../main/electron/menu.ts';
import { SCREENS } from '../../../renderer/state/route.ts';

const actions = (went: string[] = []) => ({
  go: (place: string) => void went.push(place),
  about: () => undefined,
});
const items = (menu: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  menu.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));

test('every screen in the menu exists in the page and opens by its shortcut', () => {
  const went: string[] = [];
  const menu = items(menuTemplate(actions(went), { platform: 'linux', packaged: true }));
  for (const { place, label, key } of MENU_SCREENS) {
    expect(SCREENS).toContain(place);
    const item = menu.find((each) => each.label === label);
    expect(item?.accelerator).toBe(`CmdOrCtrl+${key}`);
    item!.click!(undefined as never, undefined, undefined as never);
  }
  expect(went).toEqual(MENU_SCREENS.map(({ place }) => place));
});

test('no two commands have the same shortcut', () => {
  const shortcuts = items(menuTemplate(actions(), { platform: 'linux', packaged: false })).flatMap(
    ({ accelerator }) => accelerator ?? [],
  );
  expect(shortcuts.length).toBeGreaterThan(10);
  expect(new Set(shortcuts).size).toBe(shortcuts.length);
});

test.each(['linux', 'win32', 'darwin'] as const)(
  'a packaged app on %s has no developer tools',
  (platform) => {
    const roles = (packaged: boolean) =>
      items(menuTemplate(actions(), { platform, packaged })).map(({ role }) => role);
    expect(roles(true)).not.toContain('toggleDevTools');
    expect(roles(false)).toContain('toggleDevTools');
  },
);

const FLAGS = {
  canCopy: true,
  canCut: true,
  canPaste: true,
  canSelectAll: true,
  canUndo: false,
  canRedo: false,
  canDelete: false,
  canEditRichly: false,
};
const labelsOf = (menu: MenuItemConstructorOptions[]) => menu.flatMap(({ label }) => label ?? []);

test('a right click offers the actions for text, and no menu where there is no text', () => {
  const field = contextTemplate({ isEditable: true, selectionText: '', editFlags: FLAGS });
  expect(labelsOf(field)).toEqual(['Cut', 'Copy', 'Paste', 'Select all']);
  const text = contextTemplate({ isEditable: false, selectionText: 'an address', editFlags: FLAGS });
  expect(labelsOf(text)).toEqual(['Copy', 'Select all']);
  expect(contextTemplate({ isEditable: false, selectionText: ' ', editFlags: FLAGS })).toEqual([]);
});

test('actions that the text does not allow are shown and disabled', () => {
  const password = { ...FLAGS, canCopy: false, canCut: false };
  const menu = contextTemplate({ isEditable: true, selectionText: 'x', editFlags: password });
  const enabled = menu.filter((item) => item.enabled === true).map(({ label }) => label);
  expect(enabled).toEqual(['Paste', 'Select all']);
});

test('About names the programs on which Kith runs', () => {
  const text = aboutText({ electron: '45.4.1', chrome: '146.0', node: '24.1.0' }, 'Linux 6.1, x64');
  expect(text).toContain('Electron 45.4.1\nChromium 146.0\nNode.js 24.1.0\nSystem: Linux 6.1, x64');
  expect(text).toContain('MIT licence');
});
