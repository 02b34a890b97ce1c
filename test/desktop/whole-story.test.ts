import { afterAll, expect } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import { findApi } from '../../main/rpc/token.ts';
import { createLocalNodes } from '../support/local-nodes.ts';
import { type Person, tellWalletStory } from '../support/wallet-story.ts';
import { launchDesktop, LOCAL, newFolder } from './support/desktop-app.ts';
import { linuxTest } from './support/linux-test.ts';
import { pressInDialog } from './support/real-dialog.ts';
import { saveFromApp } from './support/save-dialog.ts';

// The whole story of a wallet in the desktop app, with the dialogs of the system: they confirm payments and save files.
const TITLES: Readonly<Record<string, string>> = {
  'Save public keys': 'Save public keys',
  'Save set-up file': 'Save set-up',
  'Save file': 'Save payment',
};
const problems: string[] = [];

async function arrive(bootstrap: readonly string[]): Promise<Person> {
  const joined = bootstrap.flatMap((address) => ['--bootstrap', address]);
  const home = newFolder(afterAll);
  const desktop = await launchDesktop(
    { args: [...LOCAL, '--api-port', '0', ...joined], env: { HOME: home } },
    afterAll,
  );
  const { page, person: app, datadir } = desktop;
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.getByText('Welcome to Kith').waitFor();
  await desktop.showBoxes(true);
  const place = findApi(datadir)!;
  const { client } = await connect({ ...place, peerId: '', addresses: [] });
  return {
    client,
    app,
    async confirm(press) {
      await Promise.all([press(), pressInDialog('Confirm payment', 'Tab', 'Return')]);
    },
    async save(button) {
      const saved = await saveFromApp(desktop, () => app.press(button), { title: TITLES[button]! });
      expect(saved.state).toBe('completed');
      return saved.path;
    },
    async saveBackup(password) {
      await app.fill('Password of Everyday', password);
      await Promise.all([app.press('Save backup file'), pressInDialog('Save backup file', 'Return')]);
      await page.getByText('The backup of Everyday was saved and verified.').waitFor();
      const { backup } = (await client.wallet.list({})).find(({ name }) => name === 'Everyday')!;
      return backup!.place;
    },
  };
}

tellWalletStory(() => {
  const nodes = createLocalNodes();
  return Promise.resolve({
    folder: nodes.folder,
    arrive,
    startNode: nodes.start,
    errors: () => problems,
    stop: nodes.stop,
  });
}, linuxTest('the dialogs of the system are pressed through the X server'));
