import type { BrowserWindow } from 'electron';
import { MAX_LINK } from '../../shared/payment-link.ts';
import { isPage } from './guard.ts';
import { PAGE_ORIGIN } from './page-headers.ts';
import { bringToFront } from './window.ts';

const JOIN = /^kith:join\?/i;
/** The same limit as in main/core/params/join-link.ts. */
const MAX_JOIN_LINK = 4096;

/**
 * True for a `kith:` link of printable ASCII. Any web page can create one, so it is treated as untrusted text; page and
 * node validate its content.
 */
export function isLink(text: string): boolean {
  const longest = JOIN.test(text) ? MAX_JOIN_LINK : MAX_LINK;
  return text.length <= longest && /^kith:[\x21-\x7e]+$/i.test(text);
}

/** The page, or its form with the link filled in. Opening it prepares and sends nothing, and joins no network. */
export function pageUrl(link: string | null): string {
  if (link === null) return `${PAGE_ORIGIN}/`;
  return JOIN.test(link) ? networkUrl(link) : `${PAGE_ORIGIN}/#/send/${encodeURIComponent(link)}`;
}

/** The page's choice of networks with a join link, or the text of a network file, filled in. */
export function networkUrl(text: string): string {
  return `${PAGE_ORIGIN}/#/networks/${encodeURIComponent(text)}`;
}

/** Shows a screen of the page without loading it again. */
export async function openPlace(window: BrowserWindow, place: string): Promise<void> {
  const url = `${PAGE_ORIGIN}/#/${place}`;
  // The same address once more would reload the page and lose what the user typed.
  if (window.webContents.getURL() !== url) await loadPage(window, url);
  bringToFront(window);
}

/** Loads an address of the page. Resolves also if the user or a later load goes elsewhere meanwhile. */
export async function loadPage(window: BrowserWindow, url: string): Promise<void> {
  // Then only the part after `#` changes, and nothing is loaded. Electron sometimes rejects that although it succeeds.
  const isLoaded = isPage(window.webContents.getURL());
  try {
    await window.loadURL(url);
  } catch (error) {
    if (!isLoaded && (error as { code?: unknown }).code !== 'ERR_ABORTED') throw error;
  }
}
