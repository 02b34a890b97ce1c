import { BrowserWindow, nativeTheme } from 'electron';
import { BACKGROUND } from './window.ts';

/**
 * Shows a list of receivers in a window of the app beside the dialog: without scripts, a preload script or a port, so that no
 * script can draw, read or change it. Returns a function that closes it; the user may close it before.
 */
export async function showReceivers(page: string): Promise<() => void> {
  const window = new BrowserWindow({
    title: 'Receivers',
    width: 760,
    height: 640,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: { sandbox: true, contextIsolation: true, javascript: false, spellcheck: false },
  });
  window.setMenu(null);
  const close = (): void => {
    if (!window.isDestroyed()) window.destroy();
  };
  try {
    await window.loadURL(`data:text/html;base64,${Buffer.from(page).toString('base64')}`);
    return close;
  } catch (error) {
    close();
    throw error;
  }
}
