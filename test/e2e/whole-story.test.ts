import path from 'node:path';
import { connect } from '../../main/demo/connect.ts';
import { createAppPage } from '../support/app-page.ts';
import { type BrowserPages, saveDownload, startBrowserPages } from '../support/browser-pages.ts';
import { type Person, tellWalletStory } from '../support/wallet-story.ts';

// The whole story of a wallet in a browser, which downloads files, and where the password confirms payments.
let arrived = 0;

async function arrive(pages: BrowserPages, bootstrap: readonly string[]): Promise<Person> {
  const node = await pages.startNode(`person${++arrived}`, bootstrap);
  const { client } = await connect(node);
  const page = await pages.open(node);
  await page.getByText('Welcome to Kith').waitFor();
  const app = createAppPage(page);
  const save = (button: string) => saveDownload(page, path.dirname(path.dirname(node.tokenFile)), button);
  return {
    client,
    app,
    save,
    confirm: (press) => press(),
    async saveBackup(password) {
      await app.fill('Password of Everyday', password);
      const file = await save('Download backup file');
      await page.getByRole('dialog').locator('input[type=file]').setInputFiles(file);
      await app.press('Check file');
      await page.getByText('Last verified backup:').first().waitFor();
      return file;
    },
  };
}

tellWalletStory(async () => {
  const pages = await startBrowserPages();
  return {
    folder: pages.folder,
    arrive: (bootstrap) => arrive(pages, bootstrap),
    startNode: pages.startNode,
    errors: () => pages.errors,
    stop: pages.stop,
  };
});
