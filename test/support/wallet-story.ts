import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test as vitestTest } from 'vitest';
import { connect } from '../../main/demo/connect.ts';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { AppPage } from './app-page.ts';
import { readQrOnScreen } from './qr-on-screen.ts';
import { ACTIVATION_BLOCKS, publicKeysFile, setUpShared, signFirst } from './shared-wallet-steps.ts';

/** A person in front of a screen, and the node behind it. */
export interface Person {
  readonly client: KithClient;
  readonly app: AppPage;
  /** Presses what confirms a payment, and confirms it as this host does. */
  readonly confirm: (press: () => Promise<void>) => Promise<void>;
  /** Presses a button that saves a file, and gives the path of the file. */
  readonly save: (button: string) => Promise<string>;
  /** Saves a verified backup of the wallet whose dialog is open. Gives the path of the file. */
  saveBackup(password: string): Promise<string>;
}

/** Where the story happens: a browser, or the desktop app. */
export interface StoryHost {
  /** For files that people exchange. */
  readonly folder: string;
  /** Starts Kith with an empty home, which connects to these nodes. */
  arrive(bootstrap: readonly string[]): Promise<Person>;
  /** Starts a node without a screen. */
  startNode(name: string, bootstrap?: readonly string[]): Promise<NodeProcess>;
  /** What went wrong on a screen. */
  errors(): readonly string[];
  stop(): Promise<void>;
}

type RegisterTest = (title: string, body: () => Promise<void>) => void;

const PASSWORD = 'correct horse battery';
const LABEL = 'rent for May';
const NAME = 'Everyday';
const FAMILY = 'Mira family';
const BO_FAMILY = 'Bo family';
const EVE_FAMILY = 'Eve family';
const KITH = 100_000_000;

/** The people of the story: Mira at a screen, Bo and Eve at terminals. Bo mines. */
interface Story {
  readonly host: StoryHost;
  readonly mira: Person;
  readonly bo: KithClient;
  readonly eve: KithClient;
}

/**
 * What a wallet is for, in the order in which a person does it: Mira at a screen, Bo and Eve at terminals, each with a node of
 * their own. Each test continues the one before.
 */
export function tellWalletStory(startHost: () => Promise<StoryHost>, test: RegisterTest = vitestTest): void {
  let story: Story;

  beforeAll(async () => {
    const host = await startHost();
    afterAll(() => host.stop(), 60_000);
    story = await begin(host);
  }, 180_000);

  test('a wallet is created, and its first payment is seen on the way in and then available', () =>
    receiveFirstPayment(story));
  test('a contact is paid by its name, and sees the payment on the way in', () => payContact(story));
  test('the payment is sped up, and only its replacement is mined', async () => {
    const { txid } = await speedUp(story);
    await findLabelled(story, txid);
  });
  test('a request of another person is paid from its link', () => payRequest(story));
  test('a request is paid by its QR code, as a camera reads it from the screen, and the list says so', () =>
    bePaidByQrCode(story));
  test('three people share a wallet, of whom two sign a payment of it', async () => {
    await activatePolicyLocks(story);
    const { address } = await shareWallet(story);
    await fillShared(story, address);
    const { txid } = await signByTwo(story);
    await findPaidOut(story, txid);
  });
  test('a verified backup is restored on another node, with balance, labels and contacts', async () => {
    const { file } = await backUp(story);
    const { restored } = await restoreElsewhere(story, file);
    await compareRestored(story, restored);
    expect(story.host.errors()).toEqual([]);
  });
}

/** Bo and Eve have wallets, Mira's screen is open, and Bo has mined what he pays with. */
async function begin(host: StoryHost): Promise<Story> {
  const first = await host.startNode('bo');
  const { client: bo } = await connect(first);
  const { client: eve } = await connect(await host.startNode('eve', first.addresses));
  for (const client of [bo, eve]) await client.wallet.create({ name: NAME, password: PASSWORD });
  const mira = await host.arrive(first.addresses.slice(0, 1));
  await mine(bo, 12);
  return { host, mira, bo, eve };
}

async function receiveFirstPayment({ mira: { app, client }, bo }: Story): Promise<void> {
  await app.createWallet(NAME, PASSWORD);
  const address = await app.address();
  await app.page.getByText('Waiting for a payment').waitFor();
  await bo.wallet.send({ name: NAME, to: [{ address, amount: 30 * KITH }], password: PASSWORD });
  await app.page.getByText(/received,\s+pending/).waitFor();
  await expect.poll(async () => (await client.wallet.balance({ name: NAME })).pendingIn).toBe(30 * KITH);
  await mine(bo, 1);
  await app.page.getByText(/received,\s+1 confirmation/).waitFor();
  await app.waitForSpendable(30);
}

async function payContact({ mira, bo }: Story): Promise<void> {
  const { app } = mira;
  const { address } = await bo.wallet.newAddress({ name: NAME });
  const before = await bo.wallet.balance({ name: NAME });
  await app.go('contacts');
  await app.page.getByRole('button', { name: 'Add contact' }).first().click();
  await app.fill('Name', 'Bo');
  await app.fill('Address', address);
  await app.press('Save contact');
  await app.page.getByText('is in your contacts').waitFor();

  await app.go('send');
  const to = app.page.getByRole('combobox', { name: 'To' });
  await to.pressSequentially('bo');
  await app.page.getByRole('option', { name: /Bo/ }).waitFor();
  await to.press('Enter');
  expect(await to.inputValue()).toBe(address);
  await app.fill('Amount', '2.5');
  await reviewAndSend(mira);
  await expect
    .poll(async () => (await bo.wallet.balance({ name: NAME })).pendingIn - before.pendingIn)
    .toBe(2.5 * KITH);
}

/** Replaces the payment that is shown; gives the replacement, once it alone is mined. */
async function speedUp({ mira, bo }: Story): Promise<{ readonly txid: string }> {
  const { page } = mira.app;
  const before = shownPayment(mira);
  await mira.app.press('Speed up');
  const panel = page.getByRole('region', { name: 'Speed up' });
  await panel.getByText('Additional fee').waitFor();
  await panel.getByLabel(/^Password of /).fill(PASSWORD);
  await mira.confirm(() => panel.getByRole('button', { name: 'Speed up', exact: true }).click());
  await expect.poll(() => shownPayment(mira)).not.toBe(before);
  const txid = shownPayment(mira);
  const seenByBo = async () => await bo.wallet.history({ name: NAME, limit: 9 });
  await expect.poll(async () => (await seenByBo()).map((each) => each.txid)).toContain(txid);
  await mine(bo, 1);
  const mined = (await seenByBo()).filter(({ amount, height }) => amount === 2.5 * KITH && height !== null);
  expect(mined.map((each) => each.txid)).toEqual([txid]);
  return { txid };
}

async function findLabelled({ mira: { app, client } }: Story, txid: string): Promise<void> {
  await client.wallet.setLabel({ name: NAME, subject: txid, label: LABEL });
  await app.go('wallet');
  await app.page.getByRole('link', { name: /2\.5.*to Bo.*rent for May/ }).waitFor();
}

async function payRequest({ mira, bo }: Story): Promise<void> {
  const { page } = mira.app;
  const label = 'two tickets';
  const { link } = await bo.wallet.createRequest({ name: NAME, amount: 0.75 * KITH, label });
  await mira.app.go('send');
  await page.getByRole('combobox', { name: 'To' }).fill(link);
  await expect.poll(() => page.getByLabel('Amount', { exact: true }).inputValue()).toBe('0.75');
  await page.getByText(label).first().waitFor();
  await reviewAndSend(mira);
  const txid = shownPayment(mira);
  const paid = async () => (await bo.wallet.requests({ name: NAME }))[0]!.payments[0]?.txid;
  await expect.poll(paid).toBe(txid);
}

async function bePaidByQrCode({ mira: { app }, bo }: Story): Promise<void> {
  await app.go('receive');
  await app.fill('Requested amount', '1.25');
  await app.fill('Label', 'half of the dinner');
  await app.press('Create request');
  const text = await readQrOnScreen(app.page.getByRole('img', { name: 'QR code of this payment request' }));
  await app.press('Close');
  const { address, amount, label } = await bo.wallet.checkAddress({ text });
  expect([amount, label]).toEqual([1.25 * KITH, 'half of the dinner']);
  await bo.wallet.send({ name: NAME, to: [{ address, amount: amount! }], password: PASSWORD });
  await app.page.getByText('Payment pending').waitFor();
  await mine(bo, 1);
  await app.page.getByText('Paid: 1.25 KITH').waitFor();
}

/** A shared wallet needs the rule; Mira's node has all blocks afterwards. */
async function activatePolicyLocks({ mira: { app }, bo }: Story): Promise<void> {
  await mine(bo, ACTIVATION_BLOCKS);
  const { height } = await bo.chain.tip();
  await app.page.getByText(new RegExp(`^Synced to block ${height} `)).waitFor();
}

/** Mira sets up a wallet with the keys of Bo and Eve, and they join it. Gives its address, which is the same for all. */
async function shareWallet({ host, mira, bo, eve }: Story): Promise<{ readonly address: string }> {
  const others = [bo, eve];
  const names = [BO_FAMILY, EVE_FAMILY];
  const keyFiles = await Promise.all(
    others.map((each, i) =>
      publicKeysFile(each, { from: NAME, name: names[i]!, password: PASSWORD, folder: host.folder }),
    ),
  );
  const { fingerprint, file } = await setUpShared(mira.app, {
    name: FAMILY,
    password: PASSWORD,
    keyFiles,
    save: mira.save,
  });
  const setup = readFileSync(file).toString('hex');
  for (const [i, each] of others.entries()) {
    const seen = await each.wallet.inspectSetup({ setup });
    expect(seen.fingerprint).toBe(fingerprint.replaceAll(' ', ''));
    await each.wallet.joinSetup({ name: names[i]!, password: PASSWORD, setup });
  }
  const { address } = await mira.client.wallet.address({ name: FAMILY });
  expect((await eve.wallet.address({ name: EVE_FAMILY })).address).toBe(address);
  return { address };
}

async function fillShared({ mira: { client }, bo }: Story, address: string): Promise<void> {
  await bo.wallet.send({ name: NAME, to: [{ address, amount: 10 * KITH }], password: PASSWORD });
  await expect.poll(async () => (await client.wallet.balance({ name: FAMILY })).pendingIn).toBe(10 * KITH);
  await mine(bo, 1);
  await expect.poll(() => available(client, FAMILY)).toBe(10 * KITH);
}

/** Mira signs a payment to Eve, who sees one signature of two, adds hers and broadcasts it. */
async function signByTwo({ mira, eve }: Story): Promise<{ readonly txid: string }> {
  const { app, confirm, save } = mira;
  const { address: to } = await eve.wallet.address({ name: NAME });
  const half = await signFirst(app, { to, amount: '4', password: PASSWORD, confirm, save });
  const payment = readFileSync(half).toString('hex');
  expect(await eve.wallet.inspectPayment({ payment, name: EVE_FAMILY })).toMatchObject({
    complete: false,
    // In the order of their keys.
    signers: expect.arrayContaining([
      { name: FAMILY, own: false, signed: true },
      { name: BO_FAMILY, own: false, signed: false },
      { name: EVE_FAMILY, own: true, signed: false },
    ]) as unknown,
  });
  const whole = await eve.wallet.signPayment({ name: EVE_FAMILY, payment, password: PASSWORD });
  expect(whole.complete).toBe(true);
  return await eve.wallet.broadcastPayment({ payment: whole.payment });
}

async function findPaidOut({ mira: { app, client }, bo, eve }: Story, txid: string): Promise<void> {
  await mine(bo, 1);
  await expect.poll(() => available(eve)).toBe(4 * KITH);
  const newest = async () => (await client.wallet.history({ name: FAMILY, limit: 1 }))[0]!;
  await expect.poll(newest).toMatchObject({ txid, kind: 'sent', height: expect.any(Number) as number });
  await app.go('wallet');
  await app.page.getByRole('link', { name: /Sent 4 KITH/ }).waitFor();
}

async function backUp({ mira }: Story): Promise<{ readonly file: string }> {
  await mira.app.go('settings');
  await mira.app.page
    .getByRole('listitem')
    .filter({ hasText: NAME })
    .getByRole('button', { name: 'Back up', exact: true })
    .first()
    .click();
  const file = await mira.saveBackup(PASSWORD);
  const backup = (await mira.client.wallet.list({})).find(({ name }) => name === NAME)!.backup;
  expect(backup).not.toBeNull();
  return { file };
}

async function restoreElsewhere({ host, bo }: Story, file: string): Promise<{ readonly restored: Person }> {
  const { addresses } = await bo.node.status({});
  const restored = await host.arrive(addresses.slice(0, 1));
  const { app } = restored;
  await app.go('restore-wallet');
  await app.page.getByText('From backup file', { exact: true }).click();
  await app.page.locator('input[type=file]').setInputFiles(file);
  await app.fill('Password of the backup', PASSWORD);
  await app.press('Open backup');
  await app.press('Restore wallet');
  await app.page.getByRole('heading', { name: 'Wallet restored' }).waitFor();
  return { restored };
}

async function compareRestored({ mira }: Story, restored: Person): Promise<void> {
  const wanted = await stateOf(mira);
  expect(wanted).toMatchObject({ contacts: ['Bo'] });
  expect(wanted.history.some(({ label }) => label === LABEL)).toBe(true);
  await expect
    .poll(() => stateOf(restored))
    .toEqual({
      ...wanted,
      // The payment that was replaced is in no block, so only the first wallet knows of it.
      history: wanted.history.filter(({ state }) => state !== 'cancelled'),
    });
}

async function mine(client: KithClient, blocks: number): Promise<void> {
  const { address } = await client.wallet.address({ name: NAME });
  await client.mining.generate({ address, blocks });
}

/** The txid of the payment that the screen shows. */
const shownPayment = ({ app }: Person): string => app.page.url().slice(-64);

const available = async (client: KithClient, name = NAME) =>
  (await client.wallet.balance({ name })).available;

/** Reviews the payment in the form, and sends it. */
async function reviewAndSend({ app, confirm }: Person): Promise<void> {
  await app.press('Review');
  await app.page.getByLabel(/^Password of /).fill(PASSWORD);
  await confirm(() => app.page.getByRole('button', { name: /^Send / }).click());
  await app.page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
}

/** What a restored wallet must have again. */
async function stateOf({ client }: Person) {
  const history = await client.wallet.history({ name: NAME, limit: 100 });
  return {
    balance: await client.wallet.balance({ name: NAME }),
    contacts: (await client.contacts.list({})).map(({ name }) => name),
    history: history.map(({ txid, amount, label, state }) => ({ txid, amount, label, state })),
  };
}
