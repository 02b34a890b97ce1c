import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { createKeyboard, type Keyboard } from '../support/keyboard.ts';
import { ACTIVATION_BLOCKS, publicKeysFile } from '../support/shared-wallet-steps.ts';
import { openWalletPage, PASSWORD } from '../support/wallet-page.ts';

// Shared and inheritance wallets are set up and joined without a mouse. Only the dialog that chooses a file is the system's.
let pages: BrowserPages;
let page: Page;
let client: KithClient;
let keys: Keyboard;
/** The file that is chosen in the next dialog of the system. */
let chosen = '';

beforeAll(async () => {
  pages = await startBrowserPages();
  const opened = await openWalletPage(pages, {
    wallets: ['Everyday', 'Friend'],
    miner: 'Everyday',
    blocks: ACTIVATION_BLOCKS,
  });
  ({ client } = opened);
  ({ page } = opened.person);
  page.on('filechooser', (chooser) => void chooser.setFiles(chosen));
  // A time lock needs a node that is synced, and so has a peer.
  const peer = await pages.startNode('peer');
  await client.peers.add({ address: peer.addresses[0]! });
  keys = createKeyboard(page);
}, 120_000);
afterAll(() => pages.stop(), 60_000);

const hasFocus = () => expect.poll(async () => (await keys.focused()).name).not.toBe('');
const kindOf = async (name: string) =>
  (await client.wallet.list({})).find((wallet) => wallet.name === name)?.kind;

/** Opens the screen of set-ups with this kind selected; it starts with the first. */
async function open(kind: number): Promise<void> {
  await keys.goTo('locked wallet');
  await page.getByRole('heading', { level: 1, name: 'Shared or locked wallet' }).waitFor();
  await keys.expectFocus('Shared or locked wallet');
  await keys.tabTo(/^Shared/);
  for (let step = 0; step < kind; step++) await keys.press('ArrowRight');
}
async function choose(button: string, file: string): Promise<void> {
  chosen = file;
  await keys.tabTo(button);
  await keys.press('Enter');
}
/** Continues with a wallet that was made for the set-up. */
async function useWallet(wallet: string): Promise<void> {
  await keys.tabTo('Recovery phrase of');
  const field = page.getByLabel('Recovery phrase of');
  const count = await field.getByRole('option').count();
  for (let i = 0; i < count && (await field.inputValue()) !== wallet; i++) await keys.press('ArrowDown');
  expect(await field.inputValue()).toBe(wallet);
  await keys.type(/^Password of /, PASSWORD);
  await keys.tabTo('Use this wallet itself');
  await keys.press('Enter');
  await page.getByRole('button', { name: 'Create set-up' }).waitFor();
  await hasFocus();
}
async function createWith(wallet: string, keyFile: string): Promise<void> {
  await keys.type('Wallet name', wallet);
  await keys.type(/^Password of /, PASSWORD);
  await keys.press('Enter');
  await page.getByRole('button', { name: 'Create set-up' }).waitFor();
  await hasFocus();
  await choose('Add public keys', keyFile);
  await page
    .getByRole('listitem')
    .filter({ hasText: path.basename(keyFile, '.kithkeys') })
    .waitFor();
}
async function finish(): Promise<string> {
  await keys.tabTo('Create set-up');
  await keys.press('Enter');
  await page.getByText(/^The wallet is ready\./).waitFor();
  await hasFocus();
  await keys.tabTo('Save set-up file');
  const download = page.waitForEvent('download');
  await keys.press('Enter');
  const file = path.join(pages.folder, (await download).suggestedFilename());
  await (await download).saveAs(file);
  return file;
}
async function join(kind: number, wallet: string, file: string): Promise<void> {
  await keys.goTo('home');
  await keys.expectFocus('Home');
  await open(kind);
  await useWallet(wallet);
  await choose('Open set-up', file);
  await page.getByRole('button', { name: 'Join set-up' }).waitFor();
  await hasFocus();
  await keys.tabTo('Join set-up');
  await keys.press('Enter');
  await page.getByText(/^The wallet is ready\./).waitFor();
  await hasFocus();
}
const keysOf = (name: string) =>
  publicKeysFile(client, { from: 'Friend', name, password: PASSWORD, folder: pages.folder });

test('a shared wallet is created from a file of public keys, and joined from the file of its set-up', async () => {
  const friend = await keysOf('Friend family');
  await open(0);
  await createWith('Family', friend);
  await keys.tabTo(/^[12] of 2/);
  await keys.press('ArrowLeft');
  await keys.press('ArrowRight');
  const file = await finish();
  expect(await kindOf('Family')).toBe('shared');
  await join(0, 'Friend family', file);
  expect(await kindOf('Friend family')).toBe('shared');
  const [ours, theirs] = await Promise.all(
    ['Family', 'Friend family'].map((name) => client.wallet.address({ name })),
  );
  expect(theirs).toEqual(ours);
});

test('an inheritance wallet is created by its owner, and joined by its heir', async () => {
  const heir = await keysOf('Heir');
  await keys.goTo('home');
  await keys.expectFocus('Home');
  await open(2);
  await createWith('Estate', heir);
  await keys.tabTo('The owner');
  await keys.tabTo('The heir can spend from');
  const next = new Date(Date.now() + 40 * 86_400_000);
  // The order of the parts of a date follows the language of the browser, which is English here.
  await page.keyboard.type(
    `${String(next.getMonth() + 1).padStart(2, '0')}${String(next.getDate()).padStart(2, '0')}${next.getFullYear()}`,
  );
  const file = await finish();
  expect(await kindOf('Estate')).toBe('inheritance');
  await join(2, 'Heir', file);
  expect(await kindOf('Heir')).toBe('inheritance');
  expect(pages.errors).toEqual([]);
});
