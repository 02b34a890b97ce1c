import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { lookAt } from '../support/look-at.ts';
import { type BrowserPages, saveDownload, startBrowserPages } from '../support/browser-pages.ts';

// A wallet whose recovery phrase is on a computer that never connects, and a watch-only wallet of its keys on another one.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let vault: { readonly page: Page; readonly client: KithClient };
let watch: { readonly page: Page; readonly client: KithClient };

beforeAll(async () => {
  pages = await startBrowserPages();
  const open = async (name: string) => {
    const node = await pages.startNode(name);
    return { page: await pages.open(node), client: (await connect(node)).client };
  };
  vault = await open('vault');
  watch = await open('watch');
  await vault.client.wallet.create({ name: 'Vault', password: PASSWORD, words: 12 });
}, 120_000);
afterAll(() => pages.stop(), 60_000);

const go = (page: Page, place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();

const saved = (page: Page, button: string) => saveDownload(page, pages.folder, button);

test('public keys are saved as a file, and another Kith watches the wallet with them', async () => {
  await go(vault.page, 'settings');
  await press(vault.page, 'Public keys');
  const fingerprint = await vault.page.getByText(/^([0-9a-f]{4} ){4}[0-9a-f]{4}$/).textContent();
  const file = await saved(vault.page, 'Save file');
  expect(path.basename(file)).toBe('Vault.kithkeys');

  await go(watch.page, 'watch-wallet');
  await watch.page.getByLabel('File of public keys').setInputFiles(file);
  await watch.page.getByText(fingerprint!, { exact: true }).waitFor();
  await press(watch.page, 'Watch wallet');
  await watch.page.getByText('Watch only', { exact: true }).first().waitFor();
  const [listed] = await watch.client.wallet.list({});
  expect(listed).toEqual({
    name: 'Vault',
    locked: true,
    phraseChecked: true,
    kind: 'watch-only',
    backup: null,
    spendableFrom: 0,
    fixedAddresses: false,
  });
  expect(await watch.client.wallet.address({ name: 'Vault' })).toEqual(
    await vault.client.wallet.address({ name: 'Vault' }),
  );
});

test('a payment of it is prepared, signed on the other computer, and sent', async () => {
  const { address } = await watch.client.wallet.address({ name: 'Vault' });
  const { maturity } = await watch.client.network.info();
  await watch.client.mining.generate({ address, blocks: maturity + 2 });
  await watch.client.wallet.create({ name: 'Shop', password: PASSWORD });
  const shop = await watch.client.wallet.address({ name: 'Shop' });

  await watch.page.getByLabel('Wallet', { exact: true }).first().selectOption('Vault');
  await go(watch.page, 'send');
  await watch.page.getByLabel('To', { exact: true }).fill(shop.address);
  await watch.page.getByLabel('Amount', { exact: true }).fill('1.5');
  await press(watch.page, 'Review');
  await press(watch.page, 'Prepare unsigned payment');
  await press(watch.page, 'Show QR codes');
  await watch.page.getByRole('img', { name: /^QR code \d of \d with the payment$/ }).waitFor();
  const unsigned = await saved(watch.page, 'Save file');

  await go(vault.page, 'payment-file');
  await vault.page.getByLabel('Payment file').setInputFiles(unsigned);
  await vault.page.getByText(/cannot check whether the coins/).waitFor();
  await vault.page.getByLabel(/^Password of /).fill('wrong');
  await press(vault.page, 'Sign payment');
  await vault.page.getByText(/The password is wrong/).waitFor();
  await vault.page.getByLabel(/^Password of /).fill(PASSWORD);
  await press(vault.page, 'Sign payment');
  await vault.page.getByText(/^Signed\. Bring the file back/).waitFor();
  const signed = await saved(vault.page, 'Save file');

  await go(watch.page, 'payment-file');
  await watch.page.getByLabel('Payment file').setInputFiles(unsigned);
  await watch.page.getByText('Signed for 0 of 1 coin').waitFor();
  await press(watch.page, 'Back');
  await watch.page.getByLabel('Payment file').setInputFiles(signed);
  await press(watch.page, 'Send payment');
  await watch.page.waitForURL(/#\/payment\/[0-9a-f]{64}$/);
  const [newest] = await watch.client.wallet.history({ name: 'Vault', limit: 1 });
  expect(watch.page.url()).toContain(newest!.txid);
  expect(newest).toMatchObject({ kind: 'sent', addresses: [shop.address] });
});

test('an unlocked wallet signs a payment file without its password', async () => {
  const { page, client } = vault;
  const { address } = await watch.client.wallet.address({ name: 'Shop' });
  const { draft } = await watch.client.wallet.prepare({
    name: 'Vault',
    to: [{ address, amount: 100_000_000 }],
  });
  const { payment } = await watch.client.wallet.exportPayment({ draft });
  await client.wallet.unlock({ name: 'Vault', password: PASSWORD });
  await go(page, 'home');
  await go(page, 'payment-file');
  await page.getByLabel('Or paste it').fill(payment);
  await press(page, 'Open payment');
  await page.getByText('Vault is unlocked, so no password is needed.').waitFor();
  await press(page, 'Sign payment');
  await page.getByText(/^Signed\. Bring the file back/).waitFor();

  await go(page, 'home');
  await go(page, 'payment-file');
  await page.getByLabel('Or paste it').fill(payment);
  await press(page, 'Open payment');
  await page.getByText('Vault is unlocked, so no password is needed.').waitFor();
  await client.wallet.lock({ name: 'Vault' });
  await page.getByLabel(/^Password of /).waitFor();
  expect(await page.getByRole('button', { name: 'Sign payment' }).isDisabled()).toBe(true);
});

test('a wallet that watches a list of addresses offers no new address and no payment request', async () => {
  const { page } = watch;
  await vault.client.wallet.create({ name: 'Till', password: PASSWORD });
  const { address } = await vault.client.wallet.address({ name: 'Till' });
  await go(page, 'watch-wallet');
  await page.getByText('A list that you paste').click();
  await page.getByRole('textbox', { name: 'Addresses', exact: true }).fill(address);
  await page.getByLabel('Wallet name').fill('Listed');
  await press(page, 'Watch wallet');
  await page.waitForURL(/#\/wallet$/);
  await go(page, 'receive');
  await page.getByText('has no keys for new ones').waitFor();
  await page.getByRole('button', { name: 'Copy address' }).waitFor();
  const offers = [
    page.getByRole('button', { name: 'New address' }),
    page.getByText('Request a payment'),
    page.getByText('Payment requests'),
  ];
  for (const offer of offers) expect(await offer.count()).toBe(0);
  await lookAt(page, 'receive-list');
  await go(page, 'addresses');
  await page.getByText('has no keys for new ones').waitFor();
  expect(await page.getByRole('link', { name: 'New address' }).count()).toBe(0);
});

test('a file that is not a payment is refused with a sentence', async () => {
  await go(watch.page, 'home');
  await go(watch.page, 'payment-file');
  await watch.page.getByLabel('Or paste it').fill('00ff');
  await press(watch.page, 'Open payment');
  await watch.page.getByText(/not a payment file of Kith/).waitFor();
  expect(pages.errors).toEqual([]);
});
