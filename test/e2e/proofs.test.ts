import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { AppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt } from '../support/look-at.ts';
import { openWalletPage, PASSWORD } from '../support/wallet-page.ts';

// Messages are signed and verified, payments proven and proofs verified, on screen.
let pages: BrowserPages;
let person: AppPage;
let client: KithClient;

beforeAll(async () => {
  pages = await startBrowserPages();
  ({ client, person } = await openWalletPage(pages, {
    wallets: ['Everyday', 'Shop'],
    miner: 'Everyday',
    blocks: 8,
  }));
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const task = (name: string) => person.page.getByText(name, { exact: true }).click();
const look = (name: string) => lookAt(person.page, name);

test('a message is signed with an address of the wallet, and verified from its text', async () => {
  const { page } = person;
  await person.go('proofs');
  await person.fill('Message', 'I am Everyday\n- on 30 November');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await person.press('Sign');
  const text = await page.getByLabel('Signed message', { exact: true }).inputValue();
  expect(text).toContain('- - on 30 November');
  await look('message-signed');
  await task('Verify message');
  await person.fill('Message', text);
  expect(await page.getByLabel('Signature', { exact: true }).inputValue()).toMatch(/^[0-9a-f]{128}$/);
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe(
    'I am Everyday\n- on 30 November',
  );
  await person.press('Verify');
  await page.getByText('The signature is valid').waitFor();
  await look('message-verified');
  await person.fill('Message', 'I am another wallet');
  await person.press('Verify');
  await page.getByText('The signature is not valid').waitFor();
});

test('a payment is proven from its details, and the proof verified with what it proves', async () => {
  const { page } = person;
  const { address } = await client.wallet.address({ name: 'Shop' });
  await person.pay(address, '1.5', PASSWORD);
  await page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Prove payment' }).click();
  await page.getByText(/1\.5.* sent/).waitFor();
  await person.fill('Challenge', 'Order 1234, for Mira');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await person.press('Create proof');
  const field = page.getByLabel('Payment proof', { exact: true });
  await field.waitFor();
  const proof = await field.inputValue();
  await look('proof-created');
  const saving = page.waitForEvent('download');
  await person.press('Save as file');
  const file = await (await saving).path();
  expect(readFileSync(file, 'utf8')).toBe(proof);
  expect((await saving).suggestedFilename()).toMatch(/^payment-[0-9a-f]{12}\.kithproof$/);

  await task('Verify proof');
  await page.getByLabel('Open file').setInputFiles(file);
  await page.getByText('but the payment is in no block yet').waitFor();
  await client.mining.generate({ address, blocks: 1 });
  // The mempool learns of the block a moment later.
  await expect.poll(async () => (await client.wallet.verifyProof({ proof })).state).toBe('mined');
  await person.press('Verify');
  await page.getByText('The proof is valid, and your node has the payment in block').waitFor();
  await page.getByText('Order 1234, for Mira').waitFor();
  await page.getByText('It does not say who the author is').waitFor();
  await look('proof-verified');
  await field.fill(proof.replace('1234', '1235'));
  await person.press('Verify');
  await page.getByText('A character of this proof is wrong or missing').waitFor();
});

test('the page has logged no errors', () => {
  expect(pages.errors).toEqual([]);
});
