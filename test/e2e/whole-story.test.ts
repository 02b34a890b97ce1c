import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type AppPage, createAppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// What a wallet is for, on three connected nodes, in the order in which a person does it. Each test continues the one before.
const PASSWORD = 'correct horse battery';
const LABEL = 'rent for May';

interface Person {
  readonly node: NodeProcess;
  readonly client: KithClient;
  readonly app: AppPage;
}

let pages: BrowserPages;
let mira: Person;
let bo: Person;
let file: string;

async function arrive(name: string, bootstrap: readonly string[]): Promise<Person> {
  const node = await pages.startNode(name, bootstrap);
  const { client } = await connect(node);
  const page = await pages.open(node);
  await page.getByText('Welcome to Kith').waitFor();
  return { node, client, app: createAppPage(page) };
}

beforeAll(async () => {
  pages = await startBrowserPages();
  file = path.join(pages.folder, 'mira.kithbackup');
  mira = await arrive('mira', []);
  bo = await arrive('bo', mira.node.addresses.slice(0, 1));
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const press = ({ app }: Person, name: string) => app.page.getByRole('button', { name, exact: true }).click();
const fill = ({ app }: Person, label: string, text: string) =>
  app.page.getByLabel(label, { exact: true }).fill(text);
const newest = async ({ client }: Person) =>
  (await client.wallet.history({ name: 'Everyday', limit: 1 }))[0]!;
const heightOf = async ({ client }: Person) => (await client.chain.tip()).height;

async function mine(person: Person, blocks: number): Promise<void> {
  const { address } = await person.client.wallet.address({ name: 'Everyday' });
  await person.client.mining.generate({ address, blocks });
}

test('both create a wallet, and one of them mines', async () => {
  await mira.app.createWallet('Everyday', PASSWORD);
  await bo.app.createWallet('Everyday', PASSWORD);
  await mine(mira, 12);
  await mira.app.waitForSpendable(20);
  await expect.poll(() => heightOf(bo), { timeout: 60_000 }).toBe(12);
});

test('a contact is paid by its name, and sees the payment on the way in', async () => {
  const address = await bo.app.address();
  await mira.app.go('contacts');
  await mira.app.page.getByRole('button', { name: 'Add contact' }).first().click();
  await fill(mira, 'Name', 'Bo');
  await fill(mira, 'Address', address);
  await press(mira, 'Save contact');
  await mira.app.page.getByText('is in your contacts').waitFor();

  await mira.app.go('send');
  const to = mira.app.page.getByRole('combobox', { name: 'To' });
  await to.pressSequentially('bo');
  await mira.app.page.getByRole('option', { name: /Bo/ }).waitFor();
  await to.press('Enter');
  expect(await to.inputValue()).toBe(address);
  await fill(mira, 'Amount', '2.5');
  await press(mira, 'Review');
  await mira.app.page.getByLabel(/^Password of /).fill(PASSWORD);
  await mira.app.page.getByRole('button', { name: /^Send / }).click();
  await mira.app.page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
  await expect
    .poll(async () => (await bo.client.wallet.balance({ name: 'Everyday' })).pendingIn, { timeout: 60_000 })
    .toBe(250_000_000);
});

test('the payment is sped up, and only its replacement is mined', async () => {
  const { page } = mira.app;
  const before = page.url();
  await press(mira, 'Speed up');
  const panel = page.getByRole('region', { name: 'Speed up' });
  await panel.getByText('Additional fee').waitFor();
  await panel.getByLabel(/^Password of /).fill(PASSWORD);
  await panel.getByRole('button', { name: 'Speed up', exact: true }).click();
  await expect.poll(() => page.url()).not.toBe(before);
  const { txid } = await newest(mira);
  await expect
    .poll(async () =>
      (await bo.client.wallet.history({ name: 'Everyday', limit: 5 })).map((each) => each.txid),
    )
    .toContain(txid);
  await mine(mira, 1);
  await expect
    .poll(async () => (await bo.client.wallet.balance({ name: 'Everyday' })).available, { timeout: 60_000 })
    .toBe(250_000_000);
  await mira.client.wallet.setLabel({ name: 'Everyday', subject: txid, label: LABEL });
  await mira.app.go('wallet');
  await page.getByRole('link', { name: /2\.5.*to Bo.*rent for May/ }).waitFor();
});

test('a request is paid from its link, and its list says so', async () => {
  await bo.app.go('receive');
  await fill(bo, 'Requested amount', '0.75');
  await fill(bo, 'Label', 'two tickets');
  await press(bo, 'Create request');
  await bo.app.page.getByRole('img', { name: 'QR code of this payment request' }).waitFor();
  const requests = () => bo.client.wallet.requests({ name: 'Everyday' });
  const [{ link }] = (await requests()) as unknown as [{ link: string }];
  await press(bo, 'Close');

  await mira.app.go('send');
  const { page } = mira.app;
  await page.getByRole('combobox', { name: 'To' }).fill(link);
  await expect.poll(() => page.getByLabel('Amount', { exact: true }).inputValue()).toBe('0.75');
  await press(mira, 'Review');
  await page.getByText('two tickets').waitFor();
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await page.getByRole('button', { name: /^Send / }).click();
  await page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
  const { txid } = await newest(mira);
  await expect.poll(async () => (await requests())[0]!.payments[0]?.txid, { timeout: 60_000 }).toBe(txid);
  await mine(mira, 1);
  await expect.poll(async () => (await requests())[0]!.state, { timeout: 60_000 }).toBe('paid');
});

test('a verified backup is restored on another node, with balance, labels and contacts', async () => {
  const { page } = mira.app;
  await mira.app.go('settings');
  await press(mira, 'Back up');
  await fill(mira, 'Password of Everyday', PASSWORD);
  const downloading = page.waitForEvent('download');
  await press(mira, 'Download backup file');
  await (await downloading).saveAs(file);
  await page.getByRole('dialog').locator('input[type=file]').setInputFiles(file);
  await press(mira, 'Check file');
  await page.getByText('Last verified backup:').waitFor();

  const later = await arrive('later', mira.node.addresses.slice(0, 1));
  await later.app.go('restore-wallet');
  await later.app.page.getByText('From backup file', { exact: true }).click();
  await later.app.page.locator('input[type=file]').setInputFiles(file);
  await fill(later, 'Password of the backup', PASSWORD);
  await press(later, 'Open backup');
  await press(later, 'Restore wallet');
  await later.app.page.getByRole('heading', { name: 'Wallet restored' }).waitFor();

  const stateOf = async ({ client }: Person) => ({
    balance: await client.wallet.balance({ name: 'Everyday' }),
    contacts: (await client.contacts.list({})).map(({ name }) => name),
    history: (await client.wallet.history({ name: 'Everyday', limit: 100 })).map(
      ({ txid, amount, label, state }) => ({
        txid,
        amount,
        label,
        state,
      }),
    ),
  });
  const wanted = await stateOf(mira);
  expect(wanted).toMatchObject({ contacts: ['Bo'] });
  expect(wanted.history.some(({ label }) => label === LABEL)).toBe(true);
  await expect
    .poll(() => stateOf(later), { timeout: 120_000 })
    .toEqual({
      ...wanted,
      // The payment that was replaced is in no block, so only the first wallet knows of it.
      history: wanted.history.filter(({ state }) => state !== 'cancelled'),
    });
  expect(pages.errors).toEqual([]);
});
