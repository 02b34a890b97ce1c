import type { BrowserWindow } from 'electron';
import { MAX_LINK } from '../../shared/payment-link.ts';
import { PAGE_ORIGIN } from './page-headers.ts';

/**
 * The first `kith:` link among a program's arguments, or null. Any web page can create one, so it is treated as
 * untrusted text.
 */
export function findLink(args: readonly string[]): string | null {
  return args.find(isLink) ?? null;
}

/** True for a `kith:` link of printable ASCII; page and node validate its content. */
export function isLink(text: string): boolean {
  return text.length <= MAX_LINK && /^kith:[\x21-\x7e]+$/i.test(text);
}

/** The page, or its send form with the link filled in. Opening it prepares and sends nothing. */
export function pageUrl(link: string | null): string {
  return link === null ? `${PAGE_ORIGIN}/` : `${PAGE_ORIGIN}/#/send/${encodeURIComponent(link)}`;
}

/** Shows a screen of the page without loading it again. */
export async function openPlace(window: BrowserWindow, place: string): Promise<void> {
  const url = `${PAGE_ORIGIN}/#/${place}`;
  // The same address once more would reload the page and lose what the user typed.
  if (window.webContents.getURL() !== url) await window.loadURL(url);
  window.show();
  window.focus();
}
