import { isolated } from '../../../shared/labels.ts';
import { dialogOf, empty, password, plain, press, type Scene, settingsDialog } from './scene.ts';
import { LONG_NAME, PASSWORD, type SceneWorld } from './world.ts';

/** The phrase that the standard has as an example. */
const EXAMPLE = `${'abandon '.repeat(11)}about`;

async function openPhraseOptions(world: SceneWorld): Promise<void> {
  await world.open('new-wallet');
  await world.page.getByText('Recovery phrase: length, dice, passphrase').click();
  await world.page.getByText('12 words', { exact: true }).click();
  await world.page.getByRole('switch', { name: 'Roll a die for the phrase' }).click();
}
async function showPhrase(world: SceneWorld, wallet: string): Promise<string[]> {
  await world.open(`recovery-phrase/${encodeURIComponent(wallet)}`);
  await password(world, wallet);
  await press(world, 'Show phrase');
  const list = world.page.getByRole('list', { name: 'Recovery phrase' });
  await list.waitFor();
  return list.locator('.mono').allTextContents();
}
async function restorePreview(world: SceneWorld, phrase: string): Promise<void> {
  await world.open('restore-wallet');
  await world.person.fill('Recovery phrase', phrase);
  await press(world, 'Check phrase');
  await world.page.getByText('Its first address is this one.', { exact: false }).waitFor();
}

/** The form for a search is there when no search runs: it gives way to all other work of the node. */
async function openSearchForm(world: SceneWorld): Promise<void> {
  await settingsDialog(world, 'Everyday', 'Search blockchain');
  await dialogOf(world).getByRole('button', { name: 'Start search' }).waitFor({ timeout: 60_000 });
}

/** Creating, restoring, watching and keeping wallets. */
export const KEYS_SCENES: readonly Scene[] = [
  empty('new-wallet'),
  plain('new-wallet', 'new-wallet'),
  {
    name: 'new-wallet-dice',
    async show(world) {
      await openPhraseOptions(world);
      await world.person.fill('Wallet name', 'Holidays');
      await world.person.fill('Password', PASSWORD);
      await world.person.fill('Rolls', '53416 24631 15262 43516');
      await world.person.fill('Passphrase (optional)', 'a second secret');
    },
  },
  {
    name: 'new-wallet-problems',
    async show(world) {
      await openPhraseOptions(world);
      await world.person.fill('Wallet name', 'Everyday');
      await world.person.fill('Password', 'short');
      await world.person.fill('Rolls', '123456'.repeat(9));
    },
  },
  plain('phrase-password', 'recovery-phrase/New'),
  { name: 'phrase-24-words', show: (world) => showPhrase(world, 'New') },
  { name: 'phrase-12-words', show: (world) => showPhrase(world, 'Everyday') },
  {
    name: 'phrase-check',
    async show(world) {
      await showPhrase(world, 'New');
      await press(world, 'I have written them down');
      await press(world, 'Check');
      await world.page.getByText('Enter this word.').first().waitFor();
    },
  },
  plain('restore', 'restore-wallet'),
  {
    name: 'restore-typing',
    async show(world) {
      await world.open('restore-wallet');
      const field = world.page.getByLabel('Recovery phrase', { exact: true });
      await field.pressSequentially('aban');
      await world.page.getByRole('button', { name: 'abandon', exact: true }).waitFor();
      await field.pressSequentially('don abondon ');
      await world.page.getByText('Instead of “abondon”:').waitFor();
    },
  },
  {
    name: 'restore-preview',
    async show(world) {
      await restorePreview(world, EXAMPLE);
      await world.page.getByText('Search more addresses').click();
    },
  },
  { name: 'restore-known', show: (world) => restorePreview(world, world.filled.mnemonic) },
  {
    name: 'restore-backup',
    async show(world) {
      await world.open('restore-wallet');
      await world.page.getByText('From backup file', { exact: true }).click();
    },
  },
  {
    name: 'restore-backup-known',
    async show(world) {
      await world.open('restore-wallet');
      await world.page.getByText('From backup file', { exact: true }).click();
      const file = world.file(
        'Everyday of the last week of November 2026.kithbackup',
        world.filled.files.backup,
      );
      await world.page
        .getByLabel('Backup file', { exact: true })
        .and(world.page.locator('input'))
        .setInputFiles(file);
      await world.person.fill('Password of the backup', PASSWORD);
      await press(world, 'Open backup');
      await world.page.getByText('Backup made').waitFor();
    },
  },
  plain('watch', 'watch-wallet'),
  {
    name: 'watch-keys',
    async show(world) {
      await world.open('watch-wallet');
      const file = world.file('Vault.kithkeys', world.filled.files.keys);
      await world.page.getByLabel('File of public keys').setInputFiles(file);
      await world.page.getByText('Fingerprint').waitFor();
    },
  },
  {
    name: 'watch-known',
    async show(world) {
      await world.open('watch-wallet');
      const file = world.file('Family.kithkeys', world.filled.files.knownKeys);
      await world.page.getByLabel('File of public keys').setInputFiles(file);
      await world.page.getByText(/has these keys already/).waitFor();
    },
  },
  {
    name: 'watch-addresses',
    async show(world) {
      await world.open('watch-wallet');
      await world.page.getByText('Addresses', { exact: true }).first().click();
      await world.page.getByRole('textbox', { name: 'Addresses' }).fill(world.filled.strangers.join('\n'));
    },
  },
  empty('settings'),
  plain('settings', 'settings'),
  {
    name: 'unlock',
    async show(world) {
      await world.open('wallet');
      await press(world, 'Unlock');
      await dialogOf(world).waitFor();
    },
  },
  {
    name: 'unlocked',
    async show(world) {
      await world.client.wallet.unlock({ name: 'Everyday', password: PASSWORD });
      await world.open('wallet');
      await world.page.getByRole('main').getByRole('button', { name: 'Lock', exact: true }).waitFor();
    },
    leave: (world) => world.client.wallet.lock({ name: 'Everyday' }),
  },
  { name: 'backup', show: (world) => settingsDialog(world, LONG_NAME, 'Back up') },
  {
    name: 'backup-check',
    async show(world) {
      await settingsDialog(world, LONG_NAME, 'Back up');
      await password(world, LONG_NAME);
      const download = world.page.waitForEvent('download');
      await press(world, 'Download backup file');
      await download;
      await world.page.getByText('Now choose the file', { exact: false }).waitFor();
    },
  },
  { name: 'public-keys', show: (world) => settingsDialog(world, 'Everyday', 'Public keys') },
  {
    name: 'phrase-and-password',
    show: (world) => settingsDialog(world, 'Everyday', 'Recovery phrase and password'),
  },
  {
    name: 'phrase-in-dialog',
    async show(world) {
      await settingsDialog(world, 'New', 'Recovery phrase and password');
      await world.person.fill('Current password', PASSWORD);
      await press(world, 'Show recovery phrase');
      await dialogOf(world).getByRole('list', { name: 'Recovery phrase' }).waitFor();
    },
  },
  {
    name: 'password-change',
    async show(world) {
      await settingsDialog(world, 'Everyday', 'Recovery phrase and password');
      await press(world, 'Change password …');
      await world.person.fill('Password', 'short');
    },
  },
  {
    name: 'delete',
    async show(world) {
      await settingsDialog(world, 'Everyday', 'Recovery phrase and password');
      await press(world, 'Delete wallet …');
      await dialogOf(world)
        .getByText(/ holds /)
        .waitFor();
    },
  },
  { name: 'delete-watched', show: (world) => settingsDialog(world, 'Shop till', 'Delete') },
  { name: 'rescan', show: (world) => settingsDialog(world, LONG_NAME, 'Search blockchain') },
  {
    name: 'rescan-from-block',
    async show(world) {
      await openSearchForm(world);
      await dialogOf(world).getByText('From block', { exact: true }).click();
      await world.person.fill('First block', '5000');
    },
  },
  {
    name: 'rescan-from-date',
    async show(world) {
      await openSearchForm(world);
      await dialogOf(world).getByText('From date', { exact: true }).click();
    },
  },
  { name: 'accounts', show: (world) => settingsDialog(world, 'Everyday', 'Accounts') },
  {
    name: 'accounts-found',
    async show(world) {
      await settingsDialog(world, 'Everyday', 'Accounts');
      await password(world, 'Everyday');
      await press(world, 'Search for accounts');
      await dialogOf(world)
        .getByText(/^Account 1,/)
        .waitFor();
    },
  },
  {
    name: 'accounts-wrong-password',
    async show(world) {
      await settingsDialog(world, LONG_NAME, 'Accounts');
      await world.person.fill(`Password of ${isolated(LONG_NAME)}`, 'wrong');
      await press(world, 'Search for accounts');
      await dialogOf(world)
        .getByText(/The password is wrong/)
        .waitFor();
    },
  },
];
