import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { AppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { lookAt } from '../support/look-at.ts';
import { openWalletPage, PASSWORD } from '../support/wallet-page.ts';

// Contacts on screen: added, paid by name with the keyboard, never paid twice at one address without a word.
let pages: BrowserPages;
let person: AppPage;
let client: KithClient;
let shop: string[];

beforeAll(async () => {
  pages = await startBrowserPages();
  ({ client, person } = await openWalletPage(pages, {
    wallets: ['Everyday', 'Shop'],
    miner: 'Everyday',
    blocks: 12,
  }));
  shop = [];
  for (let i = 0; i < 3; i++) shop.push((await client.wallet.newAddress({ name: 'Shop' })).address);
}, 120_000);

afterAll(() => pages.stop(), 60_000);

const look = (name: string) => lookAt(person.page, name);

test('a contact with two addresses is added; a wrong address is refused while it is typed', async () => {
  const { page } = person;
  await person.go('contacts');
  await page.getByText('No contacts yet').waitFor();
  await look('contacts-empty');
  await page.getByRole('button', { name: 'Add contact' }).first().click();
  await person.fill('Name', '  Mira’s  bakery ');
  await person.fill('Address', `${shop[0]!.slice(0, -1)}q`);
  await page.getByText('A character is wrong or missing').waitFor();
  expect(await page.getByRole('button', { name: 'Save contact' }).isEnabled()).toBe(false);
  await person.fill('Address', `kith:${shop[0]!}?label=bread`);
  await person.press('Another address');
  await person.fill('Address 2', shop[1]!);
  await person.fill('Note', 'Open until six');
  await look('contacts-dialog');
  await person.press('Save contact');
  await page.getByText('is in your contacts').waitFor();
  const [contact] = await client.contacts.list({});
  expect(contact).toMatchObject({ name: 'Mira’s bakery', note: 'Open until six', next: shop[0] });
  expect(contact!.addresses.map(({ address }) => address)).toEqual(shop.slice(0, 2));
  await page.getByText('2 addresses, not paid yet').waitFor();
  await look('contacts');
});

test('a name that looks like another one is refused with a sentence', async () => {
  const { page } = person;
  await person.press('Add contact');
  await person.fill('Name', 'Мira’s bakery');
  await person.fill('Address', shop[2]!);
  await person.press('Save contact');
  await page.getByText('The name looks like that of another contact').waitFor();
  await person.press('Cancel');
  expect(await client.contacts.list({})).toHaveLength(1);
});

test('a contact is paid by its name with the keyboard, and stands in review, details and list', async () => {
  const { page } = person;
  await person.go('send');
  const to = page.getByRole('combobox', { name: 'To' });
  await to.pressSequentially('mir');
  await page.getByRole('option', { name: /Mira’s bakery/ }).waitFor();
  await look('send-contacts');
  await to.press('Enter');
  expect(await to.inputValue()).toBe(shop[0]);
  await page.getByText('Mira’s bakery. You have not paid this address yet.').waitFor();
  await person.fill('Amount', '2.5');
  await person.press('Review');
  await page.getByText('Total', { exact: true }).waitFor();
  await page.getByText('Mira’s bakery', { exact: true }).waitFor();
  expect(await page.getByText('You have paid this address').count()).toBe(0);
  await look('send-review-contact');
  await page.getByLabel(/^Password of /).fill(PASSWORD);
  await page.getByRole('button', { name: /^Send / }).click();
  await page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
  await page.getByText('Mira’s bakery', { exact: true }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Save as contact' }).count()).toBe(0);
  await person.go('wallet');
  await page.getByRole('link', { name: /2\.5.*to Mira’s bakery/ }).waitFor();
});

test('the second payment takes the other address, and the used one is never taken silently', async () => {
  const { page } = person;
  await client.mining.generate({ address: shop[2]!, blocks: 1 });
  await person.go('contacts');
  await page.getByText('2 addresses, 1 not paid yet').waitFor();
  await page.getByRole('link', { name: /^Pay/ }).click();
  const to = page.getByRole('combobox', { name: 'To' });
  await expect.poll(() => to.inputValue()).toBe(shop[1]);
  await to.fill(shop[0]!);
  await page.getByText('You have paid this address before, and there is one').waitFor();
  await person.fill('Amount', '1');
  await person.press('Review');
  await page.getByText(/You have paid this address of .*before.*choose .* again to use it/).waitFor();
  await person.press('Back');
  await person.press('Use the address that was not paid yet');
  expect(await to.inputValue()).toBe(shop[1]);
});

test('the receiver of a payment is saved as a contact from its details', async () => {
  const { page } = person;
  await person.pay(shop[2]!, '1.5', PASSWORD);
  await page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
  await person.press('Save as contact');
  await person.fill('Name', 'Cleo');
  expect(await page.getByLabel('Address', { exact: true }).inputValue()).toBe(shop[2]);
  await person.press('Save contact');
  await page.getByText('Cleo', { exact: true }).waitFor();
  const saved = (await client.contacts.list({})).find(({ name }) => name === 'Cleo');
  expect(saved?.addresses[0]?.paidAt).toEqual(expect.any(Number));
});

test('an address of the own wallet is given to a contact, and its payments come from the contact', async () => {
  const { page } = person;
  await person.go('contacts');
  await person.press('Edit Cleo');
  await person.press('New address in Everyday');
  const given = await expect
    .poll(async () => (await client.contacts.list({})).find(({ name }) => name === 'Cleo')?.given[0])
    .toBeTruthy()
    .then(async () => (await client.contacts.list({})).find(({ name }) => name === 'Cleo')!.given[0]!);
  await person.press('Save contact');
  await client.mining.generate({ address: shop[2]!, blocks: 6 });
  await client.wallet.send({
    name: 'Shop',
    to: [{ address: given, amount: 70_000_000 }],
    password: PASSWORD,
  });
  await person.go('wallet');
  await page.getByRole('link', { name: /Receiv.*0\.7.*from Cleo/ }).waitFor();
});

test('a contact is found by its name, and deleted only after a question', async () => {
  const { page } = person;
  await person.go('contacts');
  await person.fill('Search contacts', 'cle');
  await page.getByText('1 match').waitFor();
  expect(await page.getByRole('button', { name: /^Edit/ }).count()).toBe(1);
  await person.press('Delete Cleo');
  await person.press('Cancel');
  expect(await client.contacts.list({})).toHaveLength(2);
  await person.press('Delete Cleo');
  await person.press('Delete');
  await page.getByText('0 matches').waitFor();
  expect((await client.contacts.list({})).map(({ name }) => name)).toEqual(['Mira’s bakery']);
});

test('the page has logged no errors', () => {
  expect(pages.errors).toEqual([]);
});
