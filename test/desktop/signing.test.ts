import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import { groupAddress } from '../../main/electron/confirm-text.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { createLocalNodes, type LocalNodes } from '../support/local-nodes.ts';
import { ACTIVATION_BLOCKS } from '../support/shared-wallet-steps.ts';
import { type DesktopApp, launchDesktop, LOCAL, newFolder } from './support/desktop-app.ts';
import { linuxTest } from './support/linux-test.ts';
import { callContract, stealPorts } from './support/page-fuzz.ts';
import { pressInDialog } from './support/real-dialog.ts';
import { saveFromApp } from './support/save-dialog.ts';

// The desktop app holds the recovery phrase and has no peer. A node in a process of its own watches the wallet, prepares
// payments and sends them. Each test continues the one before.
const PASSWORD = 'correct horse battery';
const AMOUNT = 150_000_000;
const pressed = linuxTest('the dialogs of the system are pressed through the X server');

let nodes: LocalNodes;
let watch: KithClient;
let app: DesktopApp;
let shop: string;
/** The payment as the other computer has prepared it. */
let unsigned: string;

beforeAll(async () => {
  nodes = createLocalNodes();
  afterAll(() => nodes.stop());
  ({ client: watch } = await connect(await nodes.start('watch')));
  app = await launchDesktop({ env: { HOME: newFolder(afterAll) } }, afterAll);
  await app.page.getByText('Welcome to Kith').waitFor();
  await app.person.createWallet('Vault', PASSWORD);
}, 120_000);

const button = (name: string) => app.page.getByRole('button', { name, exact: true }).first();
const hexOf = (file: string): string => readFileSync(file).toString('hex');

async function openPayment(hex: string): Promise<void> {
  const file = path.join(nodes.folder, 'brought.kithpayment');
  writeFileSync(file, Buffer.from(hex, 'hex'));
  await app.person.go('home');
  await app.person.go('payment-file');
  await app.page.getByLabel('Payment file', { exact: true }).setInputFiles(file);
  await app.page.getByRole('heading', { name: 'Sign payment' }).waitFor();
}

pressed('public keys are saved through the dialog of the system, and another node reads them', async () => {
  await app.person.go('settings');
  const press = async (): Promise<void> => {
    await button('Public keys').click();
    await button('Save file').click();
  };
  const saved = await saveFromApp(app, press, { title: 'Save public keys' });
  expect(saved).toMatchObject({ state: 'completed' });
  expect(path.basename(saved.path)).toBe('Vault.kithkeys');
  const keys = hexOf(saved.path);
  expect(await watch.wallet.inspectKeys({ keys })).toMatchObject({ name: 'Vault', account: 0 });
  await watch.wallet.createWatchOnly({ name: 'Vault', keys });
  await button('Close').click();
  expect((await watch.wallet.address({ name: 'Vault' })).address).toBe(await app.person.address());

  const { address } = await watch.wallet.address({ name: 'Vault' });
  const { maturity } = await watch.network.info();
  await watch.mining.generate({ address, blocks: maturity + 2 });
  await watch.wallet.create({ name: 'Shop', password: PASSWORD });
  shop = (await watch.wallet.address({ name: 'Shop' })).address;
  const { draft } = await watch.wallet.prepare({ name: 'Vault', to: [{ address: shop, amount: AMOUNT }] });
  unsigned = (await watch.wallet.exportPayment({ draft, note: 'new shelves' })).payment;
});

pressed(
  'the dialog that signs a payment file shows everything, and cancelling it signs nothing',
  async () => {
    const view = await watch.wallet.inspectPayment({ payment: unsigned });
    await openPayment(unsigned);
    await app.page.getByLabel('Password of Vault').fill(PASSWORD);
    await button('Sign payment').click();
    await app.page.getByText('The payment was not approved in the dialog. Nothing was signed.').waitFor();

    const shown = await app.dialogs();
    expect(shown).toHaveLength(1);
    const { title, message, buttons, defaultId, cancelId } = shown[0]!;
    expect([title, message]).toEqual(['Confirm payment', 'Sign a payment of 1.5 KITH from “Vault”?']);
    // Enter and Escape cancel.
    expect({ buttons, defaultId, cancelId }).toEqual({
      buttons: ['Cancel', 'Sign payment'],
      defaultId: 0,
      cancelId: 0,
    });
    const kith = (motes: number): string => `${String(motes / 100_000_000)} KITH`;
    const change = view.outputs.find((each) => each.change)!;
    const lines = shown[0]!.detail!.split('\n');
    expect(lines).toEqual([
      '1.5 KITH',
      `to ${groupAddress(shop)}`,
      '',
      expect.stringMatching(/^Fee: 0\.0000\d+ KITH$/) as string,
      expect.stringMatching(/^Total: 1\.5000\d+ KITH$/) as string,
      `Change: ${kith(change.amount)}, back to this wallet`,
      `Expires if not mined by block ${view.expires}`,
      '',
      expect.stringMatching(
        /^Warning: This node cannot check whether the coins of this payment still exist\./,
      ) as string,
    ]);
    const amountOf = (line: string): number => Number(/[\d.]+/.exec(line)![0]);
    expect(amountOf(lines[3]!)).toBeCloseTo(view.fee / 100_000_000, 8);
    expect(amountOf(lines[4]!)).toBeCloseTo((AMOUNT + view.fee) / 100_000_000, 8);
    // No signature, and no file to save.
    expect(await app.page.getByText('Signed for 0 of 1 coin').count()).toBe(1);
    expect(await button('Save file').count()).toBe(0);
  },
);

pressed(
  'a payment file is signed once the real dialog is confirmed, saved through a real one, and sent',
  async () => {
    const { page } = app;
    await app.showBoxes(true);
    await openPayment(unsigned);
    await page.getByLabel('Password of Vault').fill(PASSWORD);
    await Promise.all([button('Sign payment').click(), pressInDialog('Confirm payment', 'Return')]);
    await page.getByText('The payment was not approved in the dialog. Nothing was signed.').waitFor();
    await page.getByLabel('Password of Vault').fill(PASSWORD);
    await Promise.all([button('Sign payment').click(), pressInDialog('Confirm payment', 'Tab', 'Return')]);
    await page.getByText(/^Signed\. Bring the file back to the computer that prepared it/).waitFor();
    const save = () => button('Save file').click();
    const cancelled = await saveFromApp(app, save, { title: 'Save payment', key: 'Escape' });
    expect(cancelled.state).toBe('cancelled');
    const saved = await saveFromApp(app, save, { title: 'Save payment' });
    expect([saved.state, path.basename(saved.path)]).toEqual(['completed', 'signed.kithpayment']);

    await app.showBoxes(false);

    const payment = hexOf(saved.path);
    expect(await watch.wallet.inspectPayment({ payment })).toMatchObject({
      complete: true,
      note: 'new shelves',
    });
    const { txid } = await watch.wallet.broadcastPayment({ payment });
    const [newest] = await watch.wallet.history({ name: 'Shop', limit: 1 });
    expect(newest).toMatchObject({ txid, kind: 'received', amount: AMOUNT });
  },
);

pressed('the set-up file of savings is saved through the dialog, and another node reads it', async () => {
  const { address } = await watch.wallet.address({ name: 'Shop' });
  await watch.mining.generate({ address, blocks: ACTIVATION_BLOCKS });
  const { addresses } = await watch.node.status({});
  const saver = await launchDesktop({
    args: [...LOCAL, '--bootstrap', addresses[0]!],
    env: { HOME: newFolder() },
  });
  const { page, person } = saver;
  await page.getByText('Welcome to Kith').waitFor();
  await person.createWallet('Everyday', PASSWORD);
  await page.getByText(/^Synced to block \d+ with 1 peer\./).waitFor();
  await person.go('setup-wallet');
  await page.getByText('Savings', { exact: true }).click();
  await person.fill('Wallet name', 'House');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await person.press('Continue');
  await person.fill('Locked until', new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await person.press('Create set-up');
  await page.getByText(/^The wallet is ready\./).waitFor();
  const saved = await saveFromApp(saver, () => person.press('Save set-up file'), { title: 'Save set-up' });
  expect([saved.state, path.basename(saved.path)]).toEqual(['completed', 'House.kithsetup']);
  const view = await watch.wallet.inspectSetup({ setup: hexOf(saved.path) });
  expect(view).toMatchObject({ kind: 'savings', people: [{ name: 'House' }] });
  expect(view.height).toBeGreaterThan(40_000);
  expect(await saver.quit()).toBe(0);
});

pressed('a script of the page cannot sign, with the password and with an unlocked wallet', async () => {
  await app.page.addInitScript(stealPorts);
  await app.page.reload();
  await expect.poll(() => app.page.evaluate('globalThis.stolen !== undefined')).toBe(true);
  const call = (procedure: string, input: object) =>
    app.page.evaluate(callContract, [`/wallet/${procedure}`, input] as const);
  const asked = (await app.dialogs()).length;
  const request = { name: 'Vault', payment: unsigned };
  const refusals = [await call('signPayment', { ...request, password: PASSWORD })];
  expect(await app.dialogs()).toHaveLength(asked);
  // The dialogs cancel.
  refusals.push(await call('approveSigning', { ...request, password: PASSWORD }));
  expect(await call('unlock', { name: 'Vault', password: PASSWORD, seconds: 60 })).toEqual({});
  refusals.push(await call('approveSigning', request));
  expect(refusals).toMatchObject([
    { code: 'wallet-sign-in-window' },
    { code: 'wallet-signing-declined' },
    { code: 'wallet-signing-declined' },
  ]);
  expect(await app.dialogs()).toHaveLength(asked + 2);
  await call('lock', { name: 'Vault' });
});

test('the app that signed quits in order', async () => {
  expect(await app.quit()).toBe(0);
});
