import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { connect } from '../../../main/demo/connect.ts';
import type { KithClient } from '../../../shared/contract/contract.ts';
import { type AppPage, createAppPage } from '../app-page.ts';
import { type BrowserPages, startBrowserPages } from '../browser-pages.ts';
import { fillWallets, LONG_NAME, PASSWORD, type Filled } from './fill-wallets.ts';

/** Two connected nodes, of which the first has every kind of wallet, and a third one without a wallet. */
export interface SceneWorld {
  readonly pages: BrowserPages;
  readonly page: Page;
  readonly person: AppPage;
  readonly client: KithClient;
  /** The page of the node without a wallet. */
  readonly empty: Page;
  readonly filled: Filled;
  /** Writes a file that the page can open, and gives its path. */
  file(name: string, content: string): string;
  /** The page without a dialog, with this wallet selected, on this screen. */
  open(place: string, wallet?: string): Promise<void>;
  stop(): Promise<void>;
}

export { LONG_NAME, PASSWORD };

export async function openSceneWorld(): Promise<SceneWorld> {
  const pages = await startBrowserPages();
  try {
    const node = await pages.startNode('here');
    const other = await pages.startNode('there', node.addresses);
    const alone = await pages.startNode('alone');
    const [{ client }, { client: theirs }] = await Promise.all([connect(node), connect(other)]);
    const file = (name: string, content: string): string => {
      const at = path.join(pages.folder, name);
      writeFileSync(at, Buffer.from(content, 'hex'));
      return at;
    };
    const filled = await fillWallets(client, theirs);
    const page = await pages.open(node);
    const person = createAppPage(page);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await dismissOperations(page);
    const empty = await pages.open(alone);
    await empty.getByText('Welcome to Kith').waitFor();
    return {
      ...{ pages, page, person, client, empty, filled, file },
      async open(place, wallet = 'Everyday') {
        await person.go('home');
        const picker = page.getByRole('main').getByLabel('Wallet', { exact: true });
        await picker.selectOption(wallet);
        await person.go(place);
        await page.waitForFunction((to) => location.hash === `#/${to}`, place);
        await page.getByRole('heading', { level: 1 }).waitFor();
      },
      stop: () => pages.stop(),
    };
  } catch (error) {
    await pages.stop();
    throw error;
  }
}

/** The outcomes of the payments that filled the wallets would stand above every screen. */
async function dismissOperations(page: Page): Promise<void> {
  const buttons = page.getByRole('region', { name: 'Operations' }).getByRole('button', { name: 'Dismiss' });
  await buttons.first().waitFor();
  for (let left = await buttons.count(); left > 0; left = await buttons.count())
    await buttons.first().click();
}
