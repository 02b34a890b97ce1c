import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from 'vitest';
import { type DesktopApp, launchDesktop, newFolder } from './support/desktop-app.ts';
import { linuxTest } from './support/linux-test.ts';
import { pressInDialog } from './support/real-dialog.ts';

const LISTEN = ['--listen', '/ip4/127.0.0.1/tcp/0'] as const;
const PASSWORD = 'correct horse battery';

const isOpen = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByText(name, { exact: true }).waitFor();

async function createNetwork({ page }: DesktopApp, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create a network' }).click();
  await page.getByLabel('Network name').fill(name);
  await page.getByLabel('Time between blocks').fill('1');
  await page.getByRole('button', { name: 'Create network' }).click();
  await page.getByRole('heading', { name: 'Join link' }).waitFor();
  await isOpen(page, `${name} network`);
}

const pressed = linuxTest('the dialog of the system is pressed through the X server');

pressed(
  'the first window creates a network, saves its file where the user says, and opens it again',
  async () => {
    const home = newFolder();
    const datadir = newFolder();
    const options = { args: LISTEN, datadir, env: { HOME: home } };
    const app = await launchDesktop(options);
    await app.page.getByRole('heading', { name: 'Choose a network' }).waitFor();
    await createNetwork(app, 'Our street');
    const downloads = await app.electron.evaluate(({ app: desktop }) => desktop.getPath('downloads'));
    const saved = path.join(downloads, 'Our-street.kith.json');
    // A real dialog of the system, pressed by the keyboard.
    await Promise.all([
      app.page.getByRole('button', { name: 'Save network file' }).click(),
      pressInDialog('Save network file', 'Return'),
    ]);
    // The system creates the file before it writes it.
    const written = () => (existsSync(saved) ? readFileSync(saved, 'utf8') : '');
    await expect.poll(written).toContain('"name": "Our street"');
    await app.person.makeWallet('Street money', PASSWORD);
    expect(await app.dialogs()).toEqual([]);
    expect(await app.quit()).toBe(0);

    const again = await launchDesktop(options);
    await isOpen(again.page, 'Our street network');
    await again.page.getByText('Street money').first().waitFor();
    expect(await again.quit()).toBe(0);
  },
);

test('a user joins with a link that the system passes on, switches to the demo and back', async () => {
  const maker = await launchDesktop({ args: LISTEN });
  await createNetwork(maker, 'Ours');
  const link = (await maker.page.locator('.link.mono').textContent())!;
  const app = await launchDesktop({ args: LISTEN });
  await app.page.getByRole('heading', { name: 'Choose a network' }).waitFor();
  // A link from the system only fills in the form.
  await app.electron.evaluate(
    ({ app: desktop }, given) => void desktop.emit('second-instance', {}, ['kith', given], '', {}),
    link,
  );
  await expect.poll(() => app.page.getByLabel('Join link').inputValue()).toBe(link);
  await app.page.getByRole('button', { name: 'Show network' }).click();
  await app.page.getByText('1 of 1 answered').waitFor();
  await app.page.getByRole('heading', { name: 'Join this network?' }).waitFor();
  await app.page.getByRole('button', { name: 'Join network' }).click();
  await app.page.getByText(/with 1 peer/).waitFor();
  await app.person.makeWallet('Mine', PASSWORD);
  await app.person.go('networks');
  await app.page.getByRole('button', { name: 'Try the demo' }).click();
  await isOpen(app.page, 'Demo network');
  await app.page.getByText('Welcome to Kith').waitFor();
  expect(await app.page.getByText('Mine', { exact: true }).count()).toBe(0);
  await app.person.go('networks');
  await app.page.getByRole('button', { name: 'Switch to Ours' }).click();
  await isOpen(app.page, 'Ours network');
  await app.page.getByText('Mine', { exact: true }).first().waitFor();
  expect(await maker.quit()).toBe(0);
  expect(await app.quit()).toBe(0);
});

test('the network of an earlier version opens, and one that cannot be opened leads to the list of networks', async () => {
  const datadir = newFolder();
  const settings = path.join(datadir, 'settings.json');
  writeFileSync(settings, JSON.stringify({ version: 1, network: path.join(datadir, 'street.kith.json') }));
  writeFileSync(path.join(datadir, 'street.kith.json'), '{"kith":1}');
  const app = await launchDesktop({ args: LISTEN, datadir });
  await app.page.getByText('The network file', { exact: false }).first().waitFor();
  await app.page.getByRole('heading', { name: 'Choose a network' }).waitFor();
  expect(await app.dialogs()).toEqual([]);
  expect(await app.quit()).toBe(0);

  const earlier = newFolder();
  writeFileSync(path.join(earlier, 'settings.json'), JSON.stringify({ version: 1, network: 'local' }));
  const other = await launchDesktop({ args: LISTEN, datadir: earlier });
  await isOpen(other.page, 'local network');
  expect(await other.quit()).toBe(0);
});
