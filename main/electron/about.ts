import { existsSync } from 'node:fs';
import os from 'node:os';
import { BrowserWindow, dialog, nativeTheme } from 'electron';
import { VERSION } from '../lib/version.ts';
import { LICENCES_URL } from './scheme.ts';
import { BACKGROUND } from './window.ts';

/** The programs that Kith consists of and runs on, one per line. */
export function aboutText(versions: Readonly<Record<string, string | undefined>>, system: string): string {
  const parts = [
    ['Electron', versions['electron']],
    ['Chromium', versions['chrome']],
    ['Node.js', versions['node']],
  ] as const;
  const lines = parts.flatMap(([name, version]) => (version === undefined ? [] : [`${name} ${version}`]));
  return [
    'A full node of a peer-to-peer currency.',
    '',
    ...lines,
    `System: ${system}`,
    '',
    'Kith is free software under the MIT licence.',
  ].join('\n');
}

/** Shows name, versions and licence; `licences` is the file with the licences of all parts, if this build has one. */
export async function showAbout(parent: BrowserWindow | null, licences: string): Promise<void> {
  const options = {
    type: 'info' as const,
    title: 'About Kith',
    message: `Kith ${VERSION}`,
    detail: aboutText(process.versions, `${os.type()} ${os.release()}, ${process.arch}`),
    buttons: existsSync(licences) ? ['Close', 'Show licences'] : ['Close'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  const { response } = await (parent === null
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(parent, options));
  if (response === 1) await showLicences(parent);
}

/** The text of all licences is long, so it has a window: without scripts, a preload script or a port to the node. */
async function showLicences(parent: BrowserWindow | null): Promise<void> {
  const window = new BrowserWindow({
    title: 'Licences of Kith',
    width: 800,
    height: 700,
    ...(parent === null ? {} : { parent }),
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: { sandbox: true, contextIsolation: true, javascript: false, spellcheck: false },
  });
  // A text file has no title of its own.
  window.on('page-title-updated', (event) => event.preventDefault());
  await window.loadURL(LICENCES_URL);
}
