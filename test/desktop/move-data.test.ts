import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { LOCAL_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { createKnownNetworks } from '../../main/session/known-networks.ts';
import { type DesktopApp, launchDesktop, type LaunchOptions, newFolder } from './support/desktop-app.ts';

const LISTEN = ['--listen', '/ip4/127.0.0.1/tcp/0'] as const;

/** What the user chooses in the next dialogs for a folder; null = cancels. */
function choose({ electron }: DesktopApp, folder: string | null): Promise<void> {
  return electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () =>
      Promise.resolve({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] });
  }, folder);
}

async function openSettings({ page }: DesktopApp): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Data directory' }).waitFor();
}

const networkFolder = (root: string): string => path.join(root, 'local');

/** The first start opens the network `local`, so that no block has to be mined here. */
function openLocalAtStart(home: string): void {
  const { idHex: id, name } = LOCAL_NETWORK;
  const entry = { id, name, created: false, datadir: 'local', link: null, addedAt: 1, openedAt: 1 };
  createKnownNetworks(home).opened(entry);
}

test('the data directory moves, the wallet with it, and back; the old copy is deleted', async () => {
  const home = realpathSync(newFolder());
  const to = realpathSync(newFolder());
  openLocalAtStart(home);
  const app = await launchDesktop({ args: LISTEN, datadir: home });
  const { page } = app;
  await app.person.makeWallet('Savings', 'correct horse battery');
  const key = readFileSync(path.join(networkFolder(home), 'identity.key'));

  await openSettings(app);
  const move = page.getByRole('button', { name: 'Move data …' });
  // Refused before anything stops: a folder inside of the data.
  const inside = path.join(home, 'inside');
  mkdirSync(inside);
  await choose(app, inside);
  await move.click();
  await page.getByText('one of the two folders is inside the other').waitFor();
  // The user looks at the sizes and cancels.
  await choose(app, to);
  await move.click();
  await expect.poll(async () => (await app.dialogs()).length).toBe(1);
  expect((await app.dialogs())[0]!.detail).toMatch(/Size of the data: .*B\nFree space there: .*B/);
  expect(readdirSync(to)).toEqual([]);

  await app.press('Move');
  await move.click();
  const section = page.getByRole('main');
  await expect.poll(() => existsSync(path.join(to, 'networks.json'))).toBe(true);
  await expect.poll(() => existsSync(path.join(networkFolder(to), 'owner.json'))).toBe(true);
  await openSettings(app);
  await section.getByText(to, { exact: true }).first().waitFor();
  await page.getByText('The old copy is still there.').waitFor();
  await page.getByText('Savings').first().waitFor();
  // Neither a copy nor a restored backup: the peer id stays, and there is no warning.
  expect(readFileSync(path.join(networkFolder(to), 'identity.key'))).toEqual(key);
  expect(await page.getByRole('region', { name: 'Warnings' }).innerText()).not.toContain('copy');
  // Windows has other permissions.
  if (process.platform !== 'win32') expect(statSync(to).mode & 0o777).toBe(0o700);
  expect(await app.quit()).toBe(0);

  const again = await launchDesktop({ args: LISTEN, datadir: home });
  await again.page.getByText('Savings').first().waitFor();
  expect(existsSync(path.join(networkFolder(home), 'owner.json'))).toBe(false);
  await openSettings(again);
  await again.press('Use old place');
  await again.page.getByRole('button', { name: 'Use old place' }).click();
  await expect.poll(() => existsSync(path.join(networkFolder(home), 'owner.json'))).toBe(true);
  await openSettings(again);
  await again.page.getByRole('main').getByText(home, { exact: true }).first().waitFor();
  await again.press('Delete');
  await again.page.getByRole('button', { name: 'Delete old copy' }).click();
  await again.page.getByText('The old copy is still there.').waitFor({ state: 'detached' });
  expect(existsSync(to)).toBe(false);
  await again.page.getByText('Savings').first().waitFor();
  expect(await again.quit()).toBe(0);
  expect(existsSync(path.join(home, 'data-place.json'))).toBe(false);
});

describe('a move that takes a while', () => {
  /** A large file without content: copying it takes seconds, and nearly no space where it is. */
  async function startMove(): Promise<{ app: DesktopApp; home: string; to: string }> {
    const [home, to] = [realpathSync(newFolder()), realpathSync(newFolder())];
    openLocalAtStart(home);
    mkdirSync(path.join(home, 'logs'));
    writeFileSync(path.join(home, 'logs', 'large'), '');
    truncateSync(path.join(home, 'logs', 'large'), 4e9);
    const app = await launchDesktop({ args: LISTEN, datadir: home });
    await app.person.makeWallet('Savings', 'correct horse battery');
    await openSettings(app);
    await choose(app, to);
    await app.press('Move');
    await app.page.getByRole('button', { name: 'Move data …' }).click();
    await app.page.getByText('Copying the data directory …').waitFor();
    expect(readdirSync(to)).toContain('kith-incoming');
    return { app, home, to };
  }

  test('ends by a click on Cancel, and the node runs where it was', async () => {
    const { app, home, to } = await startMove();
    expect(await app.page.getByRole('progressbar', { name: 'Progress of the move' }).count()).toBe(1);
    await app.page.getByRole('button', { name: 'Cancel' }).click();
    await app.page.getByText('The move of the data directory was cancelled.').waitFor();
    expect(readdirSync(to)).toEqual([]);
    await expect.poll(() => existsSync(path.join(networkFolder(home), 'owner.json'))).toBe(true);
    await app.page.getByText('Savings').first().waitFor();
    expect(existsSync(path.join(home, 'data-place.json'))).toBe(false);
    // It can be begun again at once, and quitting ends it too.
    await openSettings(app);
    await app.page.getByRole('button', { name: 'Move data …' }).click();
    await app.page.getByText('Copying the data directory …').waitFor();
    expect(await app.quit()).toBe(0);
    expect(readdirSync(to)).toEqual([]);
  });

  test('is undone by the next start after kill -9', async () => {
    const { app, home, to } = await startMove();
    app.electron.process().kill('SIGKILL');
    expect(await app.ended).toBe('SIGKILL');
    expect(readdirSync(to)).toContain('kith-incoming');
    const again = await launchDesktop({ args: LISTEN, datadir: home });
    await again.page.getByText('Savings').first().waitFor();
    expect(readdirSync(to)).toEqual([]);
    expect(existsSync(path.join(home, 'data-place.json'))).toBe(false);
    expect(await again.quit()).toBe(0);
  });
});

describe('a start without the disk of the data', () => {
  /** Answers the dialogs of the start. */
  const answering =
    (button: string, ...folders: readonly string[]): NonNullable<LaunchOptions['atStart']> =>
    async ({ electron, press }) => {
      await press(button);
      await electron.evaluate(({ dialog }, left) => {
        const given = [...left];
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [given.shift()!] });
      }, folders);
    };

  async function moved(): Promise<{ home: string; to: string; away: string }> {
    const [home, to] = [realpathSync(newFolder()), realpathSync(newFolder())];
    openLocalAtStart(home);
    const app = await launchDesktop({ args: LISTEN, datadir: home });
    await app.person.makeWallet('Savings', 'correct horse battery');
    await openSettings(app);
    await choose(app, to);
    await app.press('Move');
    await app.page.getByRole('button', { name: 'Move data …' }).click();
    await app.page.getByText('The old copy is still there.').waitFor();
    expect(await app.quit()).toBe(0);
    const away = path.join(newFolder(), 'away');
    renameSync(to, away);
    return { home, to, away };
  }

  test('opens the data at the path that the user shows, and no other folder', async () => {
    const { home, away } = await moved();
    const atStart = answering('Choose folder …', home, away);
    const app = await launchDesktop({ args: LISTEN, datadir: home, atStart });
    await app.page.getByText('Savings').first().waitFor();
    expect(existsSync(path.join(networkFolder(away), 'owner.json'))).toBe(true);
    const [first, second] = await app.dialogs();
    expect(first!.buttons).toEqual(['Quit', 'Try again', 'Choose folder …', 'Use old copy']);
    expect(second!.detail).toContain('does not contain the data directory that was moved');
    expect(await app.page.getByRole('region', { name: 'Warnings' }).innerText()).not.toContain('copied');
    await openSettings(app);
    await app.page.getByRole('main').getByText(away, { exact: true }).waitFor();
    expect(await app.quit()).toBe(0);
  });

  test('opens the old copy, and never both when the disk is there again', async () => {
    const { home, to, away } = await moved();
    const app = await launchDesktop({ args: LISTEN, datadir: home, atStart: answering('Use old copy') });
    await app.page.getByText('Savings').first().waitFor();
    expect(existsSync(path.join(networkFolder(home), 'owner.json'))).toBe(true);
    renameSync(away, to);
    await openSettings(app);
    await app.page.getByText('There are two copies of your data.').waitFor();
    await app.press('Use other copy');
    await app.page.getByRole('button', { name: 'Use other copy' }).click();
    await expect.poll(() => existsSync(path.join(networkFolder(to), 'owner.json'))).toBe(true);
    expect(existsSync(path.join(networkFolder(home), 'owner.json'))).toBe(false);
    expect(await app.quit()).toBe(0);
  });
});
