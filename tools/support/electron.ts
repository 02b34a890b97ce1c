import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.ts';

/** The path of Electron, or why the desktop window cannot be shown here, as the end of a sentence. */
export type Desktop = { readonly program: string } | { readonly missing: string };

const PROGRAMS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** Looks for Electron's runtime and a display; downloads nothing. */
export function findDesktop(): Desktop {
  const program = electronProgram();
  if (program === null) return { missing: 'its runtime has not been downloaded (npx install-electron)' };
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return { missing: 'there is no display' };
  // Chromium's sandbox refuses to run as root, and Kith does not run without the sandbox.
  if (process.getuid?.() === 0) return { missing: 'its sandbox does not run as root' };
  return { program };
}

/** Electron's program in ELECTRON_OVERRIDE_DIST_PATH, else in node_modules; null if it is not there. */
export function electronProgram(): string | null {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(ROOT, 'node_modules/electron/dist');
  return programIn(dist);
}

/** Electron's program in the folder of a runtime; null if it is not there. */
export function programIn(dist: string): string | null {
  const program = path.join(dist, PROGRAMS[process.platform] ?? 'electron');
  return existsSync(program) ? program : null;
}
