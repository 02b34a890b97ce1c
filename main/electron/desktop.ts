import path from 'node:path';
import type { BrowserWindow } from 'electron';
import { showAbout } from './about.ts';
import { attachContextMenu } from './context-menu.ts';
import { openPlace } from './links.ts';
import { installMenu } from './menu.ts';
import { createWindowStates, type WindowStates } from './window-state.ts';

export interface DesktopDeps {
  /** The data root, for the app's own small files. */
  readonly dataRoot: string;
  /** The file with the licences of all parts; it may be missing. */
  readonly licences: string;
  readonly onError: (error: unknown) => void;
}

/** How the app behaves as a part of the user's desktop: menus, and what is kept about its window. */
export interface Desktop {
  readonly states: WindowStates;
  /** Installs the menu; once the app is ready. */
  prepare(): void;
  /** The window that menus act on. */
  attach(window: BrowserWindow): void;
}

export function createDesktop({ dataRoot, licences, onError }: DesktopDeps): Desktop {
  let window: BrowserWindow | null = null;

  function go(place: string): void {
    if (window !== null) openPlace(window, place).catch(onError);
  }

  return {
    states: createWindowStates(path.join(dataRoot, 'window.json'), onError),
    prepare() {
      installMenu({ go, about: () => void showAbout(window, licences).catch(onError) });
    },
    attach(opened) {
      window = opened;
      opened.once('closed', () => (window = null));
      attachContextMenu(opened);
    },
  };
}
