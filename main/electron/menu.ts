import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** A screen of the page that the menu opens: its place in the address, its name, and its shortcut. */
export interface MenuScreen {
  readonly place: string;
  readonly label: string;
  readonly key: string;
}

export const MENU_SCREENS: readonly MenuScreen[] = [
  { place: 'home', label: 'Home', key: '1' },
  { place: 'wallet', label: 'Wallet', key: '2' },
  { place: 'send', label: 'Send', key: '3' },
  { place: 'receive', label: 'Receive', key: '4' },
  { place: 'blocks', label: 'Blocks', key: '5' },
  { place: 'mempool', label: 'Mempool', key: '6' },
  { place: 'peers', label: 'Peers', key: '7' },
  { place: 'mining', label: 'Mining', key: '8' },
  { place: 'health', label: 'Health', key: '9' },
];

export interface MenuActions {
  /** Opens a screen of the page. */
  readonly go: (place: string) => void;
  readonly about: () => void;
}

/** Packaged apps have no developer tools: an attacker who persuades a user to paste a line there would control the wallet. */
export interface MenuKind {
  readonly platform: NodeJS.Platform;
  readonly packaged: boolean;
}

/** The application menu. Everything in it has a shortcut that the system or other browsers use for the same. */
export function menuTemplate(
  { go, about }: MenuActions,
  { platform, packaged }: MenuKind,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const settings: MenuItemConstructorOptions = {
    label: 'Settings',
    accelerator: 'CmdOrCtrl+,',
    click: () => go('settings'),
  };
  const aboutKith: MenuItemConstructorOptions = { label: 'About Kith', click: about };
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const quit: MenuItemConstructorOptions = { role: 'quit', label: 'Quit Kith', accelerator: 'CmdOrCtrl+Q' };
  const hiding: MenuItemConstructorOptions[] = [
    { role: 'hide', label: 'Hide Kith' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    separator,
  ];
  return [
    { label: 'Kith', submenu: [aboutKith, settings, separator, ...(mac ? hiding : []), quit] },
    {
      label: 'Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll', label: 'Select all' },
      ],
    },
    {
      label: 'Go',
      submenu: MENU_SCREENS.map(({ place, label, key }) => ({
        label,
        accelerator: `CmdOrCtrl+${key}`,
        click: () => go(place),
      })),
    },
    {
      label: 'View',
      submenu: [
        { role: 'reload', label: 'Reload' },
        separator,
        { role: 'resetZoom', label: 'Actual size' },
        { role: 'zoomIn', label: 'Zoom in' },
        { role: 'zoomOut', label: 'Zoom out' },
        { role: 'togglefullscreen', label: 'Full screen' },
        ...(packaged ? [] : [separator, { role: 'toggleDevTools' } satisfies MenuItemConstructorOptions]),
      ],
    },
    mac
      ? { role: 'windowMenu' }
      : { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'close', label: 'Close window' }] },
  ];
}

/** Shows the menu in every window of the app. */
export function installMenu(actions: MenuActions): void {
  const kind = { platform: process.platform, packaged: app.isPackaged };
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, kind)));
}
