import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { app } from 'electron';
import { START_SWITCHES } from './start-switches.ts';

/** The option that the entry for a start at login uses: Kith then starts without a window in front. */
const HIDDEN = '--hidden';

/**
 * Starts the app at login with this data root, hidden, or no longer. On Linux with an entry of the XDG Autostart Specification, which Electron
 * does not write.
 * @throws what the file system throws
 */
export function setStartAtLogin(wanted: boolean, dataRoot: string): void {
  const options = ['--datadir', dataRoot, HIDDEN];
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: wanted, args: options });
    return;
  }
  const file = autostartFile(process.env);
  if (!wanted) return rmSync(file, { force: true });
  mkdirSync(path.dirname(file), { recursive: true });
  // An AppImage is mounted at another path at every start.
  const program = process.env['APPIMAGE'] ?? process.execPath;
  writeFileSync(
    file,
    desktopEntry([program, ...(app.isPackaged ? [] : [app.getAppPath()]), ...START_SWITCHES, ...options]),
  );
}

/** Whether macOS started the app at login, where a start has no arguments. */
export function wasOpenedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

export function autostartFile(env: Readonly<Record<string, string | undefined>>): string {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  const folder = path.isAbsolute(given) ? given : path.join(os.homedir(), '.config');
  return path.join(folder, 'autostart', 'kith.desktop');
}

export function desktopEntry(command: readonly string[]): string {
  const lines = ['[Desktop Entry]', 'Type=Application', 'Name=Kith', `Exec=${command.map(quoted).join(' ')}`];
  return [...lines, 'Terminal=false', 'X-GNOME-Autostart-enabled=true', ''].join('\n');
}

/** The Desktop Entry Specification requires quotes, then doubled backslashes as in every text, and a doubled %. */
function quoted(argument: string): string {
  const inner = argument
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%');
  return `"${inner}"`;
}
