import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { createAppPage } from '../support/app-page.ts';
import { type BrowserPages, saveDownload, startBrowserPages } from '../support/browser-pages.ts';
import { ACTIVATION_BLOCKS, publicKeysFile, setUpShared, signFirst } from '../support/shared-wallet-steps.ts';

// Three people with a node each set up a wallet of which two must sign, and pay from it. Then one of them locks savings.
const PASSWORD = 'correct horse battery';
let pages: BrowserPages;
let clients: KithClient[];
let ann: Page;
let bob: Page;

beforeAll(async () => {
  pages = await startBrowserPages();
  const first = await pages.startNode('ann');
  const nodes = [first];
  for (const name of ['bob', 'eve']) nodes.push(await pages.startNode(name, first.addresses));
  clients = await Promise.all(nodes.map(async (node) => (await connect(node)).client));
  for (const [i, name] of ['Ann', 'Bob', 'Eve'].entries())
    await clients[i]!.wallet.create({ name, password: PASSWORD, words: 12 });
  const { address } = await clients[0]!.wallet.address({ name: 'Ann' });
  await clients[0]!.mining.generate({ address, blocks: ACTIVATION_BLOCKS });
  ann = await pages.open(nodes[0]!);
  bob = await pages.open(nodes[1]!);
}, 180_000);
afterAll(() => pages.stop(), 60_000);

const save = (button: string) => saveDownload(ann, pages.folder, button);
const go = (page: Page, place: string) => page.evaluate((to) => (location.hash = `#/${to}`), place);
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
const fill = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);

/** What the other people do in their terminals. */
const keysOf = (i: number, from: string, name = `${from} family`) =>
  publicKeysFile(clients[i]!, { from, name, password: PASSWORD, folder: pages.folder });

test('a 2-of-3 wallet is set up by exchanging files, and all see the same fingerprint', async () => {
  const { fingerprint, file } = await setUpShared(createAppPage(ann), {
    name: 'Ann family',
    password: PASSWORD,
    keyFiles: [await keysOf(1, 'Bob'), await keysOf(2, 'Eve')],
    save,
  });

  await go(bob, 'setup-wallet');
  await bob.getByLabel('Recovery phrase of').selectOption('Bob family');
  await bob.getByLabel(/^Password of /).fill(PASSWORD);
  await press(bob, 'Use this wallet itself');
  await bob.getByLabel('Set-up file').setInputFiles(file);
  await bob.getByText(fingerprint, { exact: true }).waitFor();
  await press(bob, 'Join set-up');
  await bob.getByText(/^The wallet is ready\./).waitFor();
  const { setup } = await clients[0]!.wallet.exportSetup({ name: 'Ann family' });
  await clients[2]!.wallet.joinSetup({ name: 'Eve family', password: PASSWORD, setup });
  const addresses = await Promise.all(
    ['Ann', 'Bob', 'Eve'].map((name, i) => clients[i]!.wallet.address({ name: `${name} family` })),
  );
  expect(new Set(addresses.map(({ address }) => address)).size).toBe(1);
});

test('a payment of it is signed by one person after the other, and sent', async () => {
  const [a, b, c] = clients;
  const { address } = await a!.wallet.address({ name: 'Ann family' });
  const { maturity } = await a!.network.info();
  await a!.mining.generate({ address, blocks: maturity + 2 });
  const { address: shop } = await c!.wallet.address({ name: 'Eve' });
  await go(ann, 'home');
  await ann.getByText('Shared', { exact: true }).first().waitFor();
  const half = await signFirst(createAppPage(ann), {
    to: shop,
    amount: '2.5',
    password: PASSWORD,
    confirm: (sign) => sign(),
    save,
  });

  await go(bob, 'payment-file');
  await bob.getByLabel('Payment file').setInputFiles(half);
  await bob
    .getByText(/not yet/)
    .first()
    .waitFor();
  await bob.getByLabel(/^Password of /).fill(PASSWORD);
  await press(bob, 'Sign payment');
  await press(bob, 'Send payment');
  await bob.waitForURL(/#\/payment\/[0-9a-f]{64}$/);
  const [newest] = await b!.wallet.history({ name: 'Bob family', limit: 1 });
  expect(newest).toMatchObject({ kind: 'sent', addresses: [shop] });
  // The other nodes learn it from the network.
  await expect
    .poll(async () => (await c!.wallet.history({ name: 'Eve', limit: 1 }))[0]?.txid, { timeout: 60_000 })
    .toBe(newest!.txid);
});

test('signatures that two people made at the same time are added from their files, and wrong files are refused', async () => {
  const [a, , c] = clients;
  await a!.mining.generate({ address: (await a!.wallet.address({ name: 'Ann' })).address, blocks: 1 });
  const { address: shop } = await c!.wallet.address({ name: 'Eve' });
  const prepared = async (amount: number): Promise<string> => {
    const { draft } = await a!.wallet.prepare({ name: 'Ann family', to: [{ address: shop, amount }] });
    return (await a!.wallet.exportPayment({ draft })).payment;
  };
  const file = (name: string, payment: string): string => {
    const at = path.join(pages.folder, `${name}.kithpayment`);
    writeFileSync(at, Buffer.from(payment, 'hex'));
    return at;
  };
  const [unsigned, other] = [await prepared(700_000_000), await prepared(800_000_000)];
  const signedBy = async (i: number, name: string): Promise<string> => {
    const signed = await clients[i]!.wallet.signPayment({ name, payment: unsigned, password: PASSWORD });
    expect(signed.complete).toBe(false);
    return file(name, signed.payment);
  };
  await expect
    .poll(async () => (await c!.chain.tip({})).id, { timeout: 60_000 })
    .toBe((await a!.chain.tip({})).id);
  const [bobs, eves] = [await signedBy(1, 'Bob family'), await signedBy(2, 'Eve family')];

  await go(ann, 'home');
  await go(ann, 'payment-file');
  await ann.getByLabel('Payment file').setInputFiles(file('unsigned', unsigned));
  /** Who has signed, as the screen lists it. */
  const state = async () =>
    (
      await ann
        .locator('dd p')
        .filter({ hasText: /family/ })
        .allTextContents()
    )
      .map((text) => text.trim())
      .filter((text) => text.includes(':'))
      .sort();
  const nobody = ['Ann family (you): not yet', 'Bob family: not yet', 'Eve family: not yet'];
  await expect.poll(state).toEqual(nobody);
  const add = (from: string) =>
    ann.getByLabel('The same payment, signed by another person').setInputFiles(from);
  await add(file('other', other));
  await ann
    .getByText('These files are different payments. Combine only files of the same payment.')
    .waitFor();
  await add(await keysOf(1, 'Bob', 'Bob spare'));
  await ann.getByText(/not a payment file of Kith/).waitFor();
  expect(await state()).toEqual(nobody);
  await add(bobs);
  await expect.poll(state).toEqual([nobody[0], 'Bob family: signed', nobody[2]]);
  expect(await ann.getByRole('button', { name: 'Send payment' }).count()).toBe(0);
  await add(eves);
  await expect
    .poll(state)
    .toEqual(['Ann family (you): not needed', 'Bob family: signed', 'Eve family: signed']);
  await ann.getByText('Complete', { exact: true }).waitFor();
  await press(ann, 'Send payment');
  await ann.waitForURL(/#\/payment\/[0-9a-f]{64}$/);
  const received = async () =>
    (await c!.wallet.history({ name: 'Eve', limit: 1 })).map(({ txid, amount }) => ({ txid, amount }));
  await expect
    .poll(received, { timeout: 60_000 })
    .toEqual([{ txid: ann.url().slice(-64), amount: 700_000_000 }]);
});

test('savings are locked until a day, and say until which block', async () => {
  await go(ann, 'home');
  await go(ann, 'setup-wallet');
  await ann.getByText('Savings', { exact: true }).click();
  await ann.getByLabel('Recovery phrase of').selectOption('Ann');
  await fill(ann, 'Wallet name', 'House');
  await ann.getByLabel(/^Password of /).fill(PASSWORD);
  await press(ann, 'Continue');
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await fill(ann, 'Locked until', day);
  await press(ann, 'Create set-up');
  await ann.getByText(/^The wallet is ready\./).waitFor();
  const listed = (await clients[0]!.wallet.list({})).find(({ name }) => name === 'House')!;
  expect(listed.kind).toBe('savings');
  expect(listed.spendableFrom).toBeGreaterThan(100_000);
  await go(ann, 'wallet');
  await ann
    .getByText(/^Savings, locked until block/)
    .first()
    .waitFor();
  expect(pages.errors).toEqual([]);
});
