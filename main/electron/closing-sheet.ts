import { BrowserWindow, nativeTheme } from 'electron';
import { BACKGROUND } from './window.ts';

/** An end that is faster than this shows nothing. */
const SHEET_DELAY_MS = 1500;

/** Without scripts. `progress` without a value moves by itself. */
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Kith is closing</title>
<style>:root{color-scheme:light dark}body{font:14px system-ui,sans-serif;margin:24px}progress{width:100%}
p{margin:0 0 12px}</style>
<h1 style="font-size:16px;margin:0 0 8px">Kith is closing</h1>
<p>The node saves blocks and wallets. This takes a few seconds.</p>
<progress aria-label="Saving"></progress></html>`;

/**
 * Waits for the app's end. If it takes longer than 1.5 s, hides the windows and shows a small one with the progress.
 */
export async function withClosingSheet(ending: Promise<void>): Promise<void> {
  let sheet: BrowserWindow | null = null;
  const timer = setTimeout(() => {
    for (const window of BrowserWindow.getAllWindows()) window.hide();
    sheet = createSheet();
  }, SHEET_DELAY_MS);
  try {
    await ending;
  } finally {
    clearTimeout(timer);
    (sheet as BrowserWindow | null)?.destroy();
  }
}

function createSheet(): BrowserWindow {
  const sheet = new BrowserWindow({
    title: 'Kith is closing',
    width: 380,
    height: 170,
    center: true,
    resizable: false,
    minimizable: false,
    maximizable: false,
    closable: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: { sandbox: true, contextIsolation: true, javascript: false, spellcheck: false },
  });
  sheet.setMenu(null);
  sheet.loadURL(`data:text/html;charset=utf-8,${encodeURIComponent(PAGE)}`).catch(() => undefined);
  return sheet;
}
