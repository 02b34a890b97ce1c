import { expect, test } from 'vitest';
import { launchDesktop } from './support/desktop-app.ts';

const PASSWORD = 'correct horse battery';

test('from the first window to the first coin and a payment on the demo, without reading anything', async () => {
  const app = await launchDesktop({ args: [] });
  const { page, person } = app;
  const confirmations = async () => (await app.dialogs()).filter(({ title }) => title === 'Confirm payment');

  // Three clicks and a password to the first coin.
  await page.getByRole('button', { name: 'Try the demo' }).click();
  await page.getByRole('link', { name: 'Create wallet' }).click();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create wallet' }).click();
  await person.waitForSpendable(0.000_001);

  // The first dialog is cancelled, which sends nothing; the second is confirmed.
  await person.pay(await person.address(), '0.0001', PASSWORD);
  await expect.poll(async () => (await confirmations()).length).toBe(1);
  const [{ buttons } = {}] = await confirmations();
  await app.press(buttons![1]!);
  await page.getByRole('button', { name: /^Send / }).click();
  await page.getByRole('heading', { name: /Payment|Payment to yourself/ }).waitFor();
  expect(await confirmations()).toHaveLength(2);
  expect(await app.quit()).toBe(0);
});
