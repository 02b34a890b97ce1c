import type { Page } from '@playwright/test';
import { isolated } from '../../shared/labels.ts';

/** What a person does in the app, by the words on the screen. Works in the window and in a browser alike. */
export interface AppPage {
  readonly page: Page;
  /** Presses a button, or follows a link, with exactly this name. */
  press(name: string, role?: 'button' | 'link'): Promise<void>;
  /** Fills in the field with exactly this label. */
  fill(label: string, text: string): Promise<void>;
  /** Creates a wallet. */
  createWallet(name: string, password: string): Promise<void>;
  /** Creates a wallet and writes its recovery phrase down: the 24 words, of which three are asked. Returns the words. */
  makeWallet(name: string, password: string): Promise<readonly string[]>;
  /** The address that Receive shows. */
  address(): Promise<string>;
  setMining(on: boolean): Promise<void>;
  /** Waits until the wallet can spend at least this many whole KITH. */
  waitForSpendable(kith: number): Promise<void>;
  /** Fills in, reviews and confirms a payment; ends on its own screen. */
  pay(to: string, kith: string, password: string): Promise<void>;
  go(place: string): Promise<void>;
  /** Stops the node in Settings, which ends the desktop app. */
  stopNode(): Promise<void>;
}

const WORDS = 24;

export function createAppPage(page: Page): AppPage {
  const press = (name: string, role: 'button' | 'link' = 'button'): Promise<void> =>
    page.getByRole(role, { name, exact: true }).click();
  const fill = (label: string, text: string): Promise<void> =>
    page.getByLabel(label, { exact: true }).fill(text);
  const go = async (place: string): Promise<void> => {
    await page.evaluate((to) => (location.hash = `#/${to}`), place);
  };

  const createWallet = async (name: string, password: string): Promise<void> => {
    await go('new-wallet');
    await fill('Wallet name', name);
    await fill('Password', password);
    await press('Create wallet');
    await page.getByText('is ready to receive').waitFor();
  };

  return {
    page,
    press,
    fill,
    go,
    createWallet,
    async makeWallet(name, password) {
      await createWallet(name, password);
      await press('Write down the phrase', 'link');
      await fill(`Password of ${isolated(name)}`, password);
      await press('Show phrase');
      const list = page.getByRole('list', { name: 'Recovery phrase' });
      await list.waitFor();
      const words = await list.locator('.mono').allTextContents();
      if (words.length !== WORDS) throw new Error(`${words.length} words were shown`);
      await press('I have written them down');
      const asked = page.getByText(/^Word \d+$/);
      await asked.first().waitFor();
      for (const label of await asked.allTextContents())
        await fill(label, words[Number(label.slice('Word '.length)) - 1]!);
      await press('Check');
      await page.getByText('can be restored with these words').waitFor();
      return words;
    },
    async address() {
      await go('receive');
      await page.getByRole('button', { name: 'Copy address' }).waitFor();
      return (await page.locator('.address .groups').first().textContent()) ?? '';
    },
    async setMining(on) {
      await go('mining');
      const control = page.getByRole('switch', { name: 'Mine' });
      if ((await control.getAttribute('aria-checked')) !== String(on)) await control.click();
      await page
        .getByText(on ? 'Mining' : 'Not mining', { exact: true })
        .first()
        .waitFor();
    },
    async waitForSpendable(kith) {
      await go('send');
      const spendable = page.getByText(/^Available: /);
      await spendable.waitFor();
      const enough = async (): Promise<boolean> => {
        const words = (await spendable.textContent()) ?? '';
        return Number(/[\d.]+/.exec(words)?.[0]) >= kith;
      };
      while (!(await enough())) await page.waitForTimeout(250);
    },
    async pay(to, kith, password) {
      await go('send');
      await fill('To', to);
      await fill('Amount', kith);
      await press('Review');
      await page.getByText('Total', { exact: true }).waitFor();
      await page.getByLabel(/^Password of /).fill(password);
      await page.getByRole('button', { name: /^Send / }).click();
    },
    async stopNode() {
      await go('settings');
      await press('Stop the node');
      await press('Stop');
    },
  };
}
