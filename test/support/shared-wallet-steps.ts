import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { AppPage } from './app-page.ts';

/** Presses a button that saves a file, and gives the path of the file. */
export type SaveFile = (button: string) => Promise<string>;

/** Blocks in which miners activate the rule of policy locks on the local network: four periods of twenty, and some. */
export const ACTIVATION_BLOCKS = 84;

/** What another person does in a terminal: a further account, and its public keys as a file in `folder`. */
export async function publicKeysFile(
  client: KithClient,
  { from, name, password, folder }: Readonly<Record<'from' | 'name' | 'password' | 'folder', string>>,
): Promise<string> {
  await client.wallet.createAccount({ from, name, password });
  const { keys } = await client.wallet.exportKeys({ name });
  const file = path.join(folder, `${name}.kithkeys`);
  writeFileSync(file, Buffer.from(keys, 'hex'));
  return file;
}

/** Sets up a wallet of which `2` of this person and those with the files must sign. Gives its fingerprint and its set-up file. */
export async function setUpShared(
  person: AppPage,
  {
    name,
    password,
    keyFiles,
    save,
  }: {
    readonly name: string;
    readonly password: string;
    /** Of the other people. */
    readonly keyFiles: readonly string[];
    readonly save: SaveFile;
  },
): Promise<{ readonly fingerprint: string; readonly file: string }> {
  const { page } = person;
  await person.go('setup-wallet');
  await person.fill('Wallet name', name);
  await page.getByLabel(/^Password of /).fill(password);
  await person.press('Continue');
  await save('Save public keys');
  for (const file of keyFiles) {
    await page.getByLabel('Public keys of another person').setInputFiles(file);
    // One file at a time: the button is busy until it has been read.
    await page.getByText(path.basename(file, '.kithkeys'), { exact: true }).waitFor();
  }
  await page.getByText(`2 of ${keyFiles.length + 1}`, { exact: true }).click();
  await person.press('Create set-up');
  const fingerprint = await page.getByText(/^([0-9a-f]{4} ){9}[0-9a-f]{4}$/).textContent();
  return { fingerprint: fingerprint!, file: await save('Save set-up file') };
}

/** Prepares a payment of the shared wallet that is shown, and signs it first. Gives the file for the next person. */
export async function signFirst(
  person: AppPage,
  {
    to,
    amount,
    password,
    confirm,
    save,
  }: {
    readonly to: string;
    readonly amount: string;
    readonly password: string;
    /** Confirms the payment that the button starts to sign. */
    readonly confirm: (press: () => Promise<void>) => Promise<void>;
    readonly save: SaveFile;
  },
): Promise<string> {
  const { page } = person;
  await person.go('send');
  await person.fill('To', to);
  await person.fill('Amount', amount);
  await person.press('Review');
  await person.press('Prepare unsigned payment');
  await person.press('Sign here');
  await page.getByLabel(/^Password of /).fill(password);
  await confirm(() => person.press('Sign payment'));
  await page.getByText(/^Signed\. Give the file to the next person/).waitFor();
  return save('Save file');
}
