import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passMinute } from './support/app-clock.ts';
import { type DesktopApp, launchDesktop, newFolder } from './support/desktop-app.ts';
import { linuxTest } from './support/linux-test.ts';
import { saveFromApp } from './support/save-dialog.ts';

// What the page says about a file that the user does not save. Each test continues the one before.
const PASSWORD = 'correct horse battery';
const SAID = 'The file has 0 payments.';
const pressed = linuxTest('the dialogs of the system are pressed through the X server');
let app: DesktopApp;

beforeAll(async () => {
  app = await launchDesktop({ env: { HOME: newFolder(afterAll) } }, afterAll);
  await app.page.getByText('Welcome to Kith').waitFor();
  await app.person.createWallet('Everyday', PASSWORD);
  await app.person.go('wallet');
  await app.page.getByRole('button', { name: 'Export', exact: true }).click();
}, 120_000);

const exportCsv = () => app.page.getByRole('button', { name: 'Save as CSV' }).click();
const save = (key: 'Return' | 'Escape') => saveFromApp(app, exportCsv, { title: 'Save payments', key });

pressed('an export that the user cancels is not announced as saved, and one that is saved is', async () => {
  expect((await save('Escape')).state).toBe('cancelled');
  await expect.poll(() => app.page.getByRole('button', { name: 'Save as CSV' }).isEnabled()).toBe(true);
  expect(await app.page.getByText(SAID).count()).toBe(0);
  const saved = await save('Return');
  await app.page.getByText(SAID).waitFor();
  expect(readFileSync(saved.path, 'utf8')).toMatch(/^time,kind,state,amount/);
});

pressed(
  'after five cancelled dialogs within a minute no other is shown, and a sentence says so',
  async () => {
    // The one above no longer counts.
    await passMinute(app);
    for (let cancelled = 0; cancelled < 5; cancelled++) await save('Escape');
    await exportCsv();
    await app.page.getByText('Too many questions were cancelled, so this one was not shown').waitFor();
    expect(await app.page.getByText(SAID).count()).toBe(0);
  },
);

pressed('a minute later the dialog is shown again', async () => {
  await passMinute(app);
  expect((await save('Escape')).state).toBe('cancelled');
});

test('the app then quits in order', async () => {
  expect(await app.quit()).toBe(0);
});
