import { expect, test } from 'vitest';
import { launchDesktop } from './support/desktop-app.ts';

const PASSWORD = 'correct horse battery';

test('the native dialog writes the amounts of a payment as the page does, with a comma and in motes', async () => {
  const app = await launchDesktop();
  const { page, person } = app;
  await page.getByText('Welcome to Kith').waitFor();
  await person.createWallet('Everyday', PASSWORD);
  await person.setMining(true);
  await person.waitForSpendable(20);
  await person.setMining(false);
  const to = await person.address();

  const asked = async (unit: string, typed: string, count: number) => {
    await person.go('settings');
    const choose = (legend: string, name: string) =>
      page.getByRole('group', { name: legend }).getByText(name, { exact: true }).click();
    await choose('Decimals of amounts', '1,5');
    await choose('Unit of amounts', unit);
    await person.pay(to, typed, PASSWORD);
    await expect.poll(async () => (await app.dialogs()).length).toBe(count);
    const send = page.getByRole('button', { name: /^Send / });
    const fee = page.locator('dt', { hasText: 'Fee' }).locator('xpath=following-sibling::dd[1]');
    const shown = { button: (await send.innerText()).trim(), fee: (await fee.innerText()).trim() };
    return { question: (await app.dialogs()).at(-1)!, ...shown };
  };

  for (const [index, [unit, typed, amount]] of [
    ['KITH', '1,25', '1,25 KITH'],
    ['motes', '125000000', '125 000 000 motes'],
  ].entries()) {
    const { question, button, fee } = await asked(unit!, typed!, index + 1);
    const spaced = (text: string) => text.replace(/\s/g, ' ');
    expect(spaced(button)).toBe(`Send ${amount}`);
    expect(spaced(question.message)).toBe(`Send ${amount} from “Everyday”?`);
    expect(spaced(question.buttons![1]!)).toBe(spaced(button));
    expect(spaced(question.detail!)).toContain(spaced(fee));
  }
  expect(await app.quit()).toBe(0);
});
