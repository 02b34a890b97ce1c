// The smallest app with a window: what Electron itself takes on this computer (test/bench/desktop.ts).
import path from 'node:path';
import { app, BrowserWindow } from 'electron';

const datadir = process.argv[process.argv.indexOf('--datadir') + 1];
app.setPath('userData', datadir);
app.setPath('sessionData', path.join(datadir, 'window'));
app.enableSandbox();
app.on('window-all-closed', () => app.quit());
// Not awaited: Electron is ready only after this module has been evaluated.
void app.whenReady().then(() => {
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  return window.loadFile(path.join(import.meta.dirname, 'index.html'));
});
