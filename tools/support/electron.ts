import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.ts';

/** The path of Electron, or why the desktop window cannot be shown here, as the end of a sentence. */
export type Desktop = { readonly program: string } | { readonly missing: string };

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

function electronProgram(): string | null {
  const folder = path.join(ROOT, 'node_modules/electron');
  const named = path.join(folder, 'path.txt');
  if (!existsSync(named)) return null;
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(folder, 'dist');
  const program = path.join(dist, readFileSync(named, 'utf8'));
  return existsSync(program) ? program : null;
}
