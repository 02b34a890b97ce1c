import { expect, test } from 'vitest';
import { passMinute } from './support/app-clock.ts';
import { launchDesktop } from './support/desktop-app.ts';

const PASSWORD = 'correct horse battery';

test('a user creates a wallet, mines, pays through the native dialog and quits', async () => {
  const app = await launchDesktop();
  const { page, person } = app;
  await page.getByText('Welcome to Kith').waitFor();
  expect(await person.makeWallet('Everyday', PASSWORD)).toHaveLength(24);
  await person.setMining(true);
  await person.waitForSpendable(20);
  await person.setMining(false);
  const to = await person.address();
  await person.go('contacts');
  await page.getByRole('button', { name: 'Add contact' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Mira');
  await page.getByLabel('Address', { exact: true }).fill(to);
  await page.getByRole('button', { name: 'Save contact' }).click();
  await page.getByText('Mira is in your contacts.').waitFor();

  // The receiver is pasted. When the dialog asks, the clipboard has another address.
  const copy = (text: string) =>
    app.electron.evaluate(({ clipboard }, copied) => clipboard.writeText(copied), text);
  await copy(to);
  await person.go('send');
  await page.getByLabel('To', { exact: true }).click();
  await page.keyboard.press('ControlOrMeta+v');
  await expect.poll(() => page.getByLabel('To', { exact: true }).inputValue()).toBe(to);
  await copy(`${to.slice(0, -4)}0000`);

  // The dialog is cancelled: nothing is sent, and the form stays.
  await page.getByLabel('Amount', { exact: true }).fill('1.5');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await page.getByRole('button', { name: /^Send / }).click();
  await expect.poll(async () => (await app.dialogs()).length).toBe(1);
  const [question] = await app.dialogs();
  expect(question!.message).toBe('Send 1.5 KITH from “Everyday”?');
  expect(question!.detail!.replaceAll(' ', '')).toContain(to);
  expect(question!.detail).toContain('The clipboard has another address now than when you pasted this one.');
  expect(question!.detail).toContain('to “Mira”\n');
  expect(question!.defaultId).toBe(0);
  await page.getByRole('button', { name: /^Send / }).waitFor();

  await app.press(question!.buttons![1]!);
  await page.getByRole('button', { name: /^Send / }).click();
  await page.getByRole('heading', { name: /Payment|Payment to yourself/ }).waitFor();

  // The node is another thread than the page: a reload shows the same wallet.
  await page.reload();
  await person.go('home');
  await page.getByText('Everyday').first().waitFor();
  expect(await app.dialogs()).toHaveLength(2);

  // After five cancelled dialogs within a minute no other is shown, and the page says why.
  await passMinute(app);
  await app.press(null);
  await person.pay(to, '1.5', PASSWORD);
  const tooMany = page.getByText('Too many questions were cancelled, so this one was not shown');
  const declined = page.getByText('The payment was not approved in the dialog.');
  let cancelled = 0;
  for (await declined.waitFor(); !(await tooMany.isVisible()); await declined.or(tooMany).waitFor()) {
    cancelled++;
    await page.getByRole('button', { name: /^Send / }).click();
  }
  expect(cancelled).toBe(5);
  await page.getByText('Try again in a minute.').waitFor();
  expect(await app.dialogs()).toHaveLength(2 + cancelled);
  expect(await app.quit()).toBe(0);
});
