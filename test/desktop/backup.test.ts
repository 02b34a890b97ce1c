import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type DesktopApp, launchDesktop, newFolder } from './support/desktop-app.ts';

const PASSWORD = 'correct horse battery';

/** The user's answer to the next dialogs that ask where to save a file; null cancels. */
const answerSaveDialogs = (app: DesktopApp, filePath: string | null) =>
  app.electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' });
  }, filePath);

test('a backup is saved where the user says, verified, and restored by another app', async () => {
  const saved = path.join(newFolder(), 'mine.kithbackup');
  const app = await launchDesktop();
  const { page, person } = app;
  await page.getByText('Welcome to Kith').waitFor();
  await person.makeWallet('Everyday', PASSWORD);
  await person.go('settings');
  await page.getByText('There is no verified backup file of this wallet.').first().waitFor();
  await page.getByRole('button', { name: 'Back up', exact: true }).click();
  await page.getByLabel('Password of Everyday', { exact: true }).fill(PASSWORD);

  // Cancelled: there is still no backup, and the page says why.
  await answerSaveDialogs(app, null);
  const save = page.getByRole('button', { name: 'Save backup file' });
  await save.click();
  await page.getByText('No backup was saved, because no place was chosen for it.').waitFor();

  await answerSaveDialogs(app, saved);
  await save.click();
  await page.getByText(saved).first().waitFor();
  expect(readFileSync(saved).subarray(0, 12).toString()).toBe('kithbackup 1');
  expect(await app.quit()).toBe(0);

  const other = await launchDesktop();
  await other.page.getByText('Welcome to Kith').waitFor();
  await other.person.go('restore-wallet');
  await other.page.getByText('From backup file', { exact: true }).click();
  await other.page.locator('input[type=file]').setInputFiles(saved);
  await other.page.getByLabel('Password of the backup', { exact: true }).fill(PASSWORD);
  await other.page.getByRole('button', { name: 'Open backup' }).click();
  await other.page.getByRole('button', { name: 'Restore wallet' }).click();
  await other.page.getByRole('heading', { name: 'Wallet restored' }).waitFor();
  expect(await other.quit()).toBe(0);
}, 120_000);
