import { encodeSignedMessage } from '../../../shared/signed-message.ts';
import { dialogOf, empty, password, plain, press, type Scene } from './scene.ts';
import { PASSWORD, type SceneWorld } from './world.ts';

async function openCoins(world: SceneWorld, state: string): Promise<void> {
  await world.open('coins');
  await world.page.getByRole('group', { name: 'State' }).getByText(state, { exact: true }).click();
  await world.page.getByRole('table', { name: 'Coins' }).waitFor();
}
const proofs = async (world: SceneWorld, task: string): Promise<void> => {
  await world.open('proofs');
  await world.page.getByText(task, { exact: true }).click();
};
async function signMessage(world: SceneWorld): Promise<string> {
  const { address } = await world.client.wallet.address({ name: 'Everyday' });
  const message = 'I pay the rent of the workshop from this address.';
  const { signature } = await world.client.wallet.signMessage({
    name: 'Everyday',
    password: PASSWORD,
    address,
    message,
  });
  return encodeSignedMessage({ message, address, signature });
}

/** Receiving and requests, contacts, coins, addresses, messages and proofs. */
export const LIST_SCENES: readonly Scene[] = [
  ...['receive', 'contacts', 'coins', 'addresses', 'proofs'].map(empty),
  plain('receive', 'receive'),
  {
    name: 'request-problem',
    async show(world) {
      await world.open('receive');
      await world.person.fill('Requested amount', '1,234,5');
    },
  },
  ...['Rent of November', 'Quarterly contribution'].map((label, i): Scene => ({
    name: `request-${i + 1}`,
    async show(world) {
      await world.open('receive');
      await world.page.getByRole('button', { name: label }).click();
      await dialogOf(world).waitFor();
    },
  })),
  {
    name: 'request-delete',
    async show(world) {
      await world.open('receive');
      await world.page.getByRole('button', { name: 'Rent of November' }).click();
      await press(world, 'Delete …');
    },
  },
  plain('contacts', 'contacts'),
  {
    name: 'contacts-none-found',
    async show(world) {
      await world.open('contacts');
      await world.person.fill('Search contacts', 'zzz');
    },
  },
  {
    name: 'contact-new',
    async show(world) {
      await world.open('contacts');
      await press(world, 'Add contact');
      await world.person.fill('Name', 'Мира');
      await world.person.fill('Address', `${world.filled.shop.slice(0, -2)}xx`);
    },
  },
  {
    name: 'contact-edit',
    async show(world) {
      await world.open('contacts');
      await world.page.getByRole('button', { name: /^Edit .*Mira/ }).click();
      await dialogOf(world).waitFor();
    },
  },
  {
    name: 'contact-delete',
    async show(world) {
      await world.open('contacts');
      await world.page.getByRole('button', { name: /^Delete .*Association/ }).click();
      await dialogOf(world).waitFor();
    },
  },
  { name: 'coins', show: (world) => openCoins(world, 'All') },
  { name: 'coins-frozen', show: (world) => openCoins(world, 'Frozen') },
  {
    name: 'coins-none-found',
    async show(world) {
      await world.open('coins');
      await world.person.fill('Find coins', 'zzz');
      await world.page.getByText('No coins found').waitFor();
    },
  },
  {
    name: 'coins-selected',
    async show(world) {
      await openCoins(world, 'Available');
      await world.page.getByRole('checkbox', { name: 'Select every coin of this page' }).check();
    },
  },
  {
    name: 'coins-combine',
    async show(world) {
      await openCoins(world, 'Available');
      await press(world, 'Combine small coins');
      await world.page.getByRole('heading', { name: /^Combine \d+ coins$/ }).waitFor();
    },
  },
  plain('coins-new', 'coins', 'New'),
  {
    name: 'addresses',
    async show(world) {
      await world.open('addresses');
      await world.page.getByRole('table', { name: 'Addresses' }).waitFor();
    },
  },
  {
    name: 'addresses-change',
    async show(world) {
      await world.open('addresses');
      await world.page.getByText('Change', { exact: true }).click();
      await world.page.getByRole('table', { name: 'Addresses' }).waitFor();
    },
  },
  {
    name: 'address',
    async show(world) {
      await world.open('addresses');
      await world.page
        .getByRole('row')
        .filter({ hasText: /Used/ })
        .first()
        .getByRole('button', { name: 'Details' })
        .click();
      await dialogOf(world).waitFor();
    },
  },
  {
    name: 'address-label',
    async show(world) {
      await world.open('addresses');
      await world.page.getByRole('button', { name: 'Details' }).first().click();
      await dialogOf(world).getByRole('button', { name: 'Edit label' }).click();
    },
  },
  {
    name: 'search-further',
    async show(world) {
      await world.open('addresses');
      await press(world, 'Search further');
      await world.person.fill('Unused addresses in a row', '5');
    },
  },
  plain('addresses-watched', 'addresses', 'Two addresses'),
  plain('sign-message', 'proofs'),
  {
    name: 'signed-message',
    async show(world) {
      await world.open('proofs');
      await world.page
        .getByLabel('Message', { exact: true })
        .fill('I pay the rent of the workshop from this address.');
      await password(world, 'Everyday');
      await press(world, 'Sign');
      await world.page.getByText('Signed message', { exact: true }).waitFor();
    },
  },
  plain('proofs-shared', 'proofs', 'Family'),
  {
    name: 'verify-message',
    async show(world) {
      await proofs(world, 'Verify message');
      await world.page.getByLabel('Message', { exact: true }).fill(await signMessage(world));
      await press(world, 'Verify');
      await world.page.getByText('The signature is valid', { exact: false }).waitFor();
    },
  },
  {
    name: 'prove-payment',
    async show(world) {
      await world.open(`proofs/${world.filled.payments.batch}`);
      await world.page.getByLabel('Receiver', { exact: true }).waitFor();
    },
  },
  {
    name: 'payment-proof',
    async show(world) {
      await world.open(`proofs/${world.filled.payments.mined}`);
      await world.person.fill('Challenge', 'Order 1234, 30 November');
      await password(world, 'Everyday');
      await press(world, 'Create proof');
      await world.page.getByText('It shows that you had the keys', { exact: false }).waitFor();
    },
  },
  {
    name: 'verify-proof',
    async show(world) {
      await proofs(world, 'Verify proof');
      await world.page.getByLabel('Payment proof', { exact: true }).fill(world.filled.proof);
      await press(world, 'Verify');
      await world.page.getByText('What it proves, and what it does not').waitFor();
    },
  },
];
