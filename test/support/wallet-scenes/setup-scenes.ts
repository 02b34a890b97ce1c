import { dialogOf, empty, plain, press, type Scene, settingsDialog } from './scene.ts';
import type { SceneWorld } from './world.ts';
import { PASSWORD } from './world.ts';

async function openForm(world: SceneWorld, kind: string): Promise<void> {
  await world.open('setup-wallet');
  await world.page.getByText(kind, { exact: true }).click();
}
/** The second half of the form, on an unused wallet. */
async function useWallet(world: SceneWorld, kind: string): Promise<void> {
  await openForm(world, kind);
  await world.page.getByLabel('Recovery phrase of').selectOption('New');
  await world.page.getByLabel(/^Password of /).fill(PASSWORD);
  await press(world, 'Use this wallet itself');
  await world.page.getByRole('button', { name: 'Create set-up' }).waitFor();
}
async function openPayment(world: SceneWorld, name: 'unsigned' | 'half' | 'signed'): Promise<void> {
  await world.open('home');
  await world.open('payment-file');
  const file = world.file(`${name}.kithpayment`, world.filled.files[name]);
  await world.page.getByLabel('Payment file').setInputFiles(file);
  await world.page.getByText('Signatures', { exact: true }).waitFor();
}

/** Shared, savings and inheritance wallets, and payments as files. */
export const SETUP_SCENES: readonly Scene[] = [
  empty('setup-wallet'),
  plain('setup', 'setup-wallet'),
  { name: 'setup-savings', show: (world) => openForm(world, 'Savings') },
  { name: 'setup-inheritance', show: (world) => openForm(world, 'Inheritance') },
  {
    name: 'setup-shared-keys',
    async show(world) {
      await useWallet(world, 'Shared');
      const files = world.filled.files;
      for (const [name, content] of [
        ['Vault', files.keys],
        ['Family', files.knownKeys],
      ] as const) {
        await world.page
          .getByLabel('Public keys of another person')
          .setInputFiles(world.file(`${name}.kithkeys`, content));
        await world.page.getByRole('listitem').filter({ hasText: name }).first().waitFor();
      }
    },
  },
  {
    name: 'setup-savings-day',
    async show(world) {
      await useWallet(world, 'Savings');
      await world.person.fill('Locked until', '2031-05-01');
    },
  },
  {
    name: 'setup-inheritance-role',
    async show(world) {
      await useWallet(world, 'Inheritance');
      await world.person.fill('The heir can spend from', '2031-05-01');
    },
  },
  {
    name: 'setup-open',
    async show(world) {
      await useWallet(world, 'Shared');
      await world.page
        .getByLabel('Set-up file')
        .setInputFiles(world.file('a.kithsetup', world.filled.files.setup));
      await press(world, 'Join set-up');
      await world.page.getByText(/The keys of this wallet are not in the set-up/).waitFor();
    },
  },
  { name: 'setup-file-shared', show: (world) => settingsDialog(world, 'Family', 'Set-up') },
  { name: 'setup-file-savings', show: (world) => settingsDialog(world, 'House', 'Set-up') },
  { name: 'setup-file-inheritance', show: (world) => settingsDialog(world, 'Estate', 'Set-up') },
  plain('wallet-shared', 'wallet', 'Family'),
  plain('wallet-savings', 'wallet', 'House'),
  plain('wallet-inheritance', 'wallet', 'Estate'),
  plain('wallet-watch-only', 'wallet', 'Shop till'),
  plain('receive-savings', 'receive', 'House'),
  plain('receive-watched-addresses', 'receive', 'Two addresses'),
  plain('send-savings', 'send', 'House'),
  plain('coins-savings', 'coins', 'House'),
  empty('payment-file'),
  plain('payment-file', 'payment-file'),
  {
    name: 'payment-file-wrong',
    async show(world) {
      await world.open('payment-file');
      await world.person.fill('Or paste it', '00ff');
      await press(world, 'Open payment');
      await world.page.getByText(/not a payment file of Kith/).waitFor();
    },
  },
  { name: 'payment-file-unsigned', show: (world) => openPayment(world, 'unsigned') },
  { name: 'payment-file-half', show: (world) => openPayment(world, 'half') },
  { name: 'payment-file-signed', show: (world) => openPayment(world, 'signed') },
  {
    name: 'payment-qr',
    async show(world) {
      await world.open('send', 'Shop till');
      await world.person.fill('To', world.filled.strangers[5]!);
      await world.person.fill('Amount', '1.5');
      await press(world, 'Review');
      await press(world, 'Prepare unsigned payment');
      await press(world, 'Show QR codes');
      await world.page.getByRole('img', { name: /^QR code \d of \d/ }).waitFor();
    },
  },
  {
    name: 'payment-scan',
    async show(world) {
      await world.open('payment-file');
      await press(world, 'Scan QR codes');
      await dialogOf(world).waitFor();
    },
  },
];
