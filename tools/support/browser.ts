import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Opens a link that contains an access token in the user's browser; false if there is no browser. Every user of the
 * computer can read the arguments of programs, so the key must not be in them: the browser gets a file that only its
 * owner can read and that redirects to the link.
 */
export function openBrowser(url: string, folder: string): boolean {
  const opener = findOpener();
  if (opener === null) return false;
  const file = path.join(folder, 'open.html');
  const link = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${link}">`, { mode: 0o600 });
  const [program, ...args] = opener;
  const child = spawn(program!, [...args, pathToFileURL(file).href], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  return true;
}

function findOpener(): readonly string[] | null {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  const { DISPLAY, WAYLAND_DISPLAY, PATH } = process.env;
  if (!DISPLAY && !WAYLAND_DISPLAY) return null;
  const folders = (PATH ?? '').split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, 'xdg-open'))) ? ['xdg-open'] : null;
}
