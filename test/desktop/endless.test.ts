import { expect, test } from 'vitest';
import { launchDesktop } from './support/desktop-app.ts';

// What a script in the page could repeat without end.

test('scripts open no dialogs of their own, and offer one file at a time until the user has cancelled five', async () => {
  const { electron, page } = await launchDesktop();
  await page.getByText('Welcome to Kith').waitFor();
  await electron.evaluate(({ session }) => {
    const offers: ((name: string) => void)[] = [];
    const counts = { offered: 0 };
    Object.assign(globalThis, { counts: () => counts, offers: () => offers });
    session.defaultSession.on('will-download', (event, item) => {
      if (event.defaultPrevented) return;
      counts.offered++;
      // As when the user cancels the dialog.
      item.cancel();
    });
  });
  // The debugger of the test would answer such dialogs itself, so only the setting can be seen.
  const settings = await electron.evaluate(({ BrowserWindow }) =>
    (
      BrowserWindow.getAllWindows()[0]!.webContents as unknown as { getLastWebPreferences(): object }
    ).getLastWebPreferences(),
  );
  expect(settings).toMatchObject({ disableDialogs: true });
  const offer = (): Promise<number> =>
    page.evaluate(async () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['{}']));
      link.download = 'ours.kith.json';
      document.body.append(link);
      link.click();
      link.remove();
      return 1;
    });
  const offered = (): Promise<number> => electron.evaluate(() => counts().offered);
  for (let n = 1; n <= 5; n++) {
    await offer();
    await expect.poll(offered).toBe(n);
  }
  for (let n = 0; n < 20; n++) await offer();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(await offered()).toBe(5);
});

test('a page that refuses to be left does not keep the app from quitting', async () => {
  const app = await launchDesktop();
  const { page } = app;
  await page.getByText('Welcome to Kith').waitFor();
  await page.evaluate(() => {
    window.addEventListener('beforeunload', (event) => event.preventDefault());
  });
  // A page that nobody has used may not refuse.
  await page.locator('body').click();
  // The debugger of the test would answer for the app.
  page.on('dialog', () => undefined);
  expect(await app.quit()).toBe(0);
});

/** In the app. */
declare function counts(): { offered: number };
