import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserWindow } from 'electron';
import { readRegularFile } from '../lib/read-regular.ts';
import { isLink, loadPage, networkUrl, pageUrl } from './links.ts';

/** What the system asks the app to open. A web page or a mail may have caused it: it only fills in a form. */
export type Opening =
  | { readonly kind: 'link'; readonly link: string }
  /** A network file, by its absolute path. */
  | { readonly kind: 'file'; readonly file: string };

/** The limit of the contract: the longest network file. */
const MAX_FILE = 64 * 1024;
const MAX_PATH = 4096;
const FILE_NAME = /\.kith(?:\.json)?$/i;

/** The first link or network file among a program's arguments; `folder` is the one that relative paths begin in. */
export function findOpening(args: readonly string[], folder: string): Opening | null {
  for (const [index, arg] of args.entries()) {
    if (isLink(arg)) return { kind: 'link', link: arg };
    const before = args[index - 1] ?? '';
    // The value of an option is not to be opened, such as in `--network ours.kith.json`.
    const isValue = before.startsWith('--') && before !== '--' && !before.includes('=');
    const file = isValue ? null : readPath(arg);
    if (file !== null) return { kind: 'file', file: path.resolve(folder, file) };
  }
  return null;
}

/** A path, as a terminal and Windows pass it, or the address of a file, as a Linux desktop does. */
function readPath(arg: string): string | null {
  if (arg.length > MAX_PATH || arg.startsWith('-')) return null;
  if (!/^[a-z][a-z\d+.-]+:/i.test(arg)) return FILE_NAME.test(arg) ? arg : null;
  try {
    const file = fileURLToPath(arg);
    return FILE_NAME.test(file) ? file : null;
  } catch {
    return null;
  }
}

/**
 * The page with its form filled in.
 * @throws what the file system throws, and if the file is too large or no text
 */
async function openingUrl(opening: Opening | null): Promise<string> {
  if (opening === null) return pageUrl(null);
  if (opening.kind === 'link') return pageUrl(opening.link);
  const bytes = await readRegularFile(opening.file, MAX_FILE);
  return networkUrl(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

export interface Opener {
  /** Loads the page with this opening, or as it is without one. Resolves once it is loaded or replaced by a later one. */
  load(window: BrowserWindow, opening: Opening | null): Promise<void>;
}

/** Opens one thing at a time. Of many that arrive meanwhile only the last one is opened: a web page can send thousands. */
export function createOpener(onUnreadable: (file: string, error: unknown) => void): Opener {
  let waiting: Opening | null | undefined;
  let working: Promise<void> | null = null;

  async function work(window: BrowserWindow): Promise<void> {
    while (waiting !== undefined && !window.isDestroyed()) {
      const next = waiting;
      waiting = undefined;
      const url = await openingUrl(next).catch((error: unknown) => {
        if (next?.kind === 'file') onUnreadable(next.file, error);
        return window.webContents.getURL() === '' ? pageUrl(null) : null;
      });
      if (url !== null) await loadPage(window, url);
    }
  }

  return {
    load(window, opening) {
      waiting = opening;
      // Only the first caller learns of a failure.
      if (working !== null) return working.catch(() => undefined);
      working = work(window).finally(() => (working = null));
      return working;
    },
  };
}
