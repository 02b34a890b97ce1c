import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import { encodeAddress } from '../../main/core/primitives/address.ts';
import { groupAddress } from '../../main/electron/confirm-text.ts';
import { findApi } from '../../main/rpc/token.ts';
import { launchDesktop, LOCAL } from './support/desktop-app.ts';

const PASSWORD = 'correct horse battery';
const RECEIVERS = 1000;

test('1 000 receivers are confirmed with two dialogs, beside a window of the app that lists them all', async () => {
  const app = await launchDesktop({ args: [...LOCAL, '--api-port', '0'] });
  const { page, person, electron } = app;
  await page.getByText('Welcome to Kith').waitFor();
  await person.createWallet('Everyday', PASSWORD);
  const { client } = await connect({ ...findApi(app.datadir)!, peerId: '', addresses: [] });
  const { address } = await client.wallet.address({ name: 'Everyday' });
  const { maturity, hrp } = await client.network.info();
  await client.mining.generate({ address, blocks: maturity + 2 });
  await person.waitForSpendable(20);
  const addresses = Array.from({ length: RECEIVERS }, () =>
    encodeAddress(hrp, { lockType: 0, lock: randomBytes(32) }),
  );
  await person.go('batch');
  await person.fill('Payments', addresses.map((each, i) => `${each};0.01;row ${i}`).join('\n'));
  await page.getByText(/1.000 payments, 10/).waitFor();
  await person.press('Review');
  await page.getByLabel(/^Password of /).fill(PASSWORD);

  // The first dialog only shows the list. The second one is cancelled, and the list closes with it.
  await app.press('Show receivers');
  const send = () => page.getByRole('button', { name: /^Send / }).click();
  const [list] = await Promise.all([electron.waitForEvent('window'), send()]);
  await page.getByText('The payment was not approved in the dialog.').waitFor();
  await expect.poll(() => list.isClosed()).toBe(true);
  const [first, second] = await app.dialogs();
  expect(first!.message).toBe('Send 10 KITH from “Everyday”?');
  expect([first!.buttons, second!.buttons]).toEqual([
    ['Cancel', 'Show receivers'],
    ['Cancel', 'Send 10 KITH'],
  ]);
  expect(second!.detail).toContain('The window “Receivers” lists all of them.');
  expect(second!.detail).toContain('To 1\u202f000 receivers: 0 of your contacts, 1000 other addresses');

  // The second dialog stays open while the list is read, to its end.
  await electron.evaluate(({ dialog }) => {
    const pending = Promise.withResolvers<{ response: number; checkboxChecked: boolean }>();
    const { record } = boxes();
    dialog.showMessageBox = (...given: unknown[]) => {
      void record(given.at(-1) as Electron.MessageBoxOptions);
      const isLast = boxes().shown.at(-1)!.buttons![1] !== 'Show receivers';
      return isLast ? pending.promise : Promise.resolve({ response: 1, checkboxChecked: false });
    };
    Object.assign(globalThis, { agree: () => pending.resolve({ response: 1, checkboxChecked: false }) });
  });
  const [shown] = await Promise.all([electron.waitForEvent('window'), send()]);
  await shown.getByRole('heading', { name: '1\u202f000 receivers, 10 KITH' }).waitFor();
  const listed = await electron.evaluate(async ({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((each) => each.getTitle() === 'Receivers')!;
    const picture = await window.webContents.capturePage();
    return {
      url: window.webContents.getURL(),
      preferences: (
        window.webContents as unknown as { getLastWebPreferences(): object }
      ).getLastWebPreferences(),
      isEmpty: picture.isEmpty(),
    };
  });
  expect(listed).toMatchObject({ isEmpty: false, preferences: { javascript: false, sandbox: true } });
  const html = Buffer.from(listed.url.split(',')[1]!, 'base64').toString();
  for (const each of addresses) expect(html).toContain(`<code>${groupAddress(each)}</code>`);
  await electron.evaluate(() => agree());
  await page.waitForURL(/#\/payment\/[0-9a-f]{64}$/);
  await expect.poll(() => shown.isClosed()).toBe(true);
  const { outputs } = await client.chain.transaction({ txid: page.url().slice(-64) });
  expect(outputs).toHaveLength(RECEIVERS + 1);
  expect(await app.quit()).toBe(0);
});

/** In the app: the recorded message boxes, and the answer to the last one. */
declare function boxes(): {
  readonly shown: readonly { buttons?: string[] }[];
  readonly record: Electron.Dialog['showMessageBox'];
};
declare function agree(): void;
