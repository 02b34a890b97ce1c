import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { _electron } from '@playwright/test';
import { expect, test } from 'vitest';
import { ensureDesktop } from '../../tools/support/desktop.ts';
import { findDesktop } from '../../tools/support/electron.ts';
import { createAppPage } from '../support/app-page.ts';

// What the stand-in can't show: that Electron itself starts our build and holds the page as it promises.
const desktop = findDesktop();
if ('missing' in desktop) console.log(`the test with the real Electron is skipped: ${desktop.missing}`);

test.skipIf('missing' in desktop)('the real window starts, holds a wallet and ends', async () => {
  await ensureDesktop();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-electron-'));
  const app = await _electron.launch({
    executablePath: 'program' in desktop ? desktop.program : '',
    args: [path.resolve('.'), '--network', 'regtest', '--datadir', folder],
  });
  try {
    const page = await app.firstWindow();
    await page.getByText('Welcome to Kith').waitFor();
    expect(await page.evaluate("[typeof require, typeof process].join(' ')")).toBe('undefined undefined');
    expect(await createAppPage(page).makeWallet('Everyday', 'correct horse battery')).toHaveLength(24);
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
