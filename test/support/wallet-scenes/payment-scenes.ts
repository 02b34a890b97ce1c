import { dialogOf, empty, fillSend, plain, press, type Scene } from './scene.ts';
import { LONG_NAME, type SceneWorld } from './world.ts';

async function review(world: SceneWorld, to: string, amount: string): Promise<void> {
  await fillSend(world, to, amount);
  await press(world, 'Review');
  await world.page.getByRole('heading', { name: 'Review payment' }).waitFor();
}
async function fillBatch(world: SceneWorld, table: string): Promise<void> {
  await world.open('batch');
  await world.page.getByRole('textbox', { name: 'Payments' }).fill(table);
  await world.page.getByRole('table', { name: 'Rows of the table' }).waitFor();
}
const WRONG_TABLE = (world: SceneWorld): string =>
  [
    'address;amount;label',
    `${world.filled.strangers[0]!};12345,678;rent of the workshop behind the old station`,
    `${world.filled.strangers[1]!.slice(0, -1)}x;2;typo`,
    `${world.filled.strangers[0]!};3;again`,
    'Mira;4;by name',
    'nobody that is known here;5;',
    `${world.filled.strangers[2]!};all of it;`,
  ].join('\n');
const pending = (name: string, button: string): Scene => ({
  name,
  async show(world) {
    await world.open(`payment/${world.filled.payments.pending}`);
    await press(world, button);
    await world.page.getByText('Additional fee').waitFor();
  },
});
const payment = (which: keyof SceneWorld['filled']['payments']): Scene => ({
  name: `payment-${which}`,
  async show(world) {
    await world.open(`payment/${world.filled.payments[which]}`);
    await world.page.getByText('Transaction', { exact: true }).waitFor();
  },
});

/** Home and history, Send and its reviews, and the page of a payment. */
export const PAYMENT_SCENES: readonly Scene[] = [
  empty('home'),
  empty('wallet'),
  empty('send'),
  plain('home', 'home'),
  plain('home-long-name', 'home', LONG_NAME),
  plain('wallet', 'wallet'),
  plain('wallet-long-name', 'wallet', LONG_NAME),
  plain('wallet-new', 'wallet', 'New'),
  {
    name: 'wallet-hidden',
    async show(world) {
      await world.open('wallet');
      await world.page.getByRole('button', { name: /^Hide amounts/ }).click();
      await world.page.getByRole('button', { name: /^Show amounts/ }).waitFor();
    },
    leave: ({ page }) => page.getByRole('button', { name: /^Show amounts/ }).click(),
  },
  {
    name: 'export',
    async show(world) {
      await world.open('wallet');
      await press(world, 'Export');
      await dialogOf(world).waitFor();
    },
  },
  plain('send', 'send'),
  {
    name: 'send-contacts',
    async show(world) {
      await world.open('send');
      await world.page.getByRole('button', { name: 'Choose a contact' }).click();
      await world.page.getByRole('listbox', { name: 'Contacts' }).waitFor();
    },
  },
  {
    name: 'send-filled',
    async show(world) {
      await fillSend(world, world.filled.contact, '12.345678');
      await world.page.getByRole('status').getByText(/^Fee /).waitFor();
    },
  },
  {
    name: 'send-problems',
    async show(world) {
      await fillSend(world, `${world.filled.shop.slice(0, -1)}!`, '20999999.12345678');
      await world.page.getByText(/^More than the wallet can spend now/).waitFor();
    },
  },
  {
    name: 'send-all',
    async show(world) {
      await fillSend(world, world.filled.strangers[6]!, '1');
      await press(world, 'All');
      await world.page.getByRole('status').getByText(/^Fee /).waitFor();
    },
  },
  {
    name: 'scan',
    async show(world) {
      await world.open('send');
      await world.page.getByRole('button', { name: 'Scan QR code' }).click();
      await dialogOf(world).waitFor();
    },
  },
  { name: 'review', show: (world) => review(world, world.filled.strangers[7]!, '7.5') },
  {
    name: 'review-warnings',
    async show(world) {
      const link = `kith:${world.filled.contact}?amount=100000&label=A%20very%20small%20payment`;
      await world.open('send');
      await world.person.fill('To', link);
      await press(world, 'Review');
      await world.page.getByRole('heading', { name: 'Review payment' }).waitFor();
    },
  },
  {
    name: 'review-wrong-password',
    async show(world) {
      await review(world, world.filled.strangers[7]!, '7.5');
      await world.page.getByLabel(/^Password of /).fill('wrong');
      await world.page.getByRole('button', { name: /^Send 7/ }).click();
      await world.page
        .getByText(/The password is wrong/)
        .first()
        .waitFor();
    },
  },
  empty('batch'),
  plain('batch', 'batch'),
  { name: 'batch-problems', show: (world) => fillBatch(world, WRONG_TABLE(world)) },
  {
    name: 'batch-row',
    async show(world) {
      await fillBatch(world, WRONG_TABLE(world));
      await world.page
        .getByRole('button', { name: /^Edit line/ })
        .nth(1)
        .click();
      await dialogOf(world).waitFor();
    },
  },
  {
    name: 'batch-review',
    async show(world) {
      await fillBatch(
        world,
        world.filled.strangers.map((address, i) => `${address};${i + 1}.5;row ${i}`).join('\n'),
      );
      await press(world, 'Review');
      await world.page.getByRole('list', { name: 'Receivers' }).waitFor();
    },
  },
  payment('mined'),
  payment('batch'),
  payment('pending'),
  payment('replaced'),
  payment('incoming'),
  payment('reward'),
  pending('payment-speed-up', 'Speed up'),
  pending('payment-cancel', 'Cancel payment'),
  {
    name: 'payment-unknown',
    async show(world) {
      await world.open(`payment/${'ab'.repeat(32)}`);
      await world.page.getByText(/has no such payment/).waitFor();
    },
  },
  {
    name: 'send-coins',
    async show(world) {
      await world.open('coins');
      await world.page.getByText('Available', { exact: true }).first().click();
      const boxes = world.page.getByRole('table', { name: 'Coins' }).getByRole('checkbox');
      await boxes.nth(1).check();
      await boxes.nth(2).check();
      await press(world, 'Send');
      await world.page.getByText(/This payment spends 2 coins/).waitFor();
    },
    leave: (world) => press(world, 'Use any coins'),
  },
];
