import type { Locator } from '@playwright/test';
import { isolated } from '../../../shared/labels.ts';
import { PASSWORD, type SceneWorld } from './world.ts';

/** One screen of the wallet in one state. */
export interface Scene {
  /** The name of its pictures. */
  readonly name: string;
  /** Shown on the node without a wallet. */
  readonly isEmpty?: boolean;
  /** Brings the page there, from any other scene. */
  show(world: SceneWorld): Promise<unknown>;
  /** Undoes what would change the other scenes. */
  leave?(world: SceneWorld): Promise<unknown>;
}

/** A screen as it opens. */
export const plain = (name: string, place: string, wallet?: string): Scene => ({
  name,
  show: (world) => world.open(place, wallet),
});

/** A screen on the node without a wallet. */
export const empty = (place: string): Scene => ({
  name: `empty-${place}`,
  isEmpty: true,
  async show({ empty: page }) {
    await page.evaluate((to) => (location.hash = `#/${to}`), place);
    await page.getByRole('heading', { level: 1 }).waitFor();
  },
});

export const dialogOf = ({ page }: SceneWorld): Locator => page.getByRole('dialog');

/** Presses the first button with exactly this name, in the dialog if there is one. */
export async function press(world: SceneWorld, name: string): Promise<void> {
  const dialog = dialogOf(world).last();
  const inside = (await dialog.count()) > 0 ? dialog : world.page.getByRole('main');
  await inside.getByRole('button', { name, exact: true }).first().click();
}

export const password = (world: SceneWorld, wallet: string): Promise<void> =>
  world.person.fill(`Password of ${isolated(wallet)}`, PASSWORD);

/** Opens a dialog of a wallet from its row in Settings. */
export async function settingsDialog(world: SceneWorld, wallet: string, button: string): Promise<void> {
  await world.open('settings');
  const row = world.page
    .getByRole('listitem')
    .filter({ has: world.page.getByText(wallet, { exact: true }) })
    .filter({ has: world.page.getByRole('button', { name: button, exact: true }) });
  await row.getByRole('button', { name: button, exact: true }).click();
  await dialogOf(world).waitFor();
}

/** A form of Send that was filled in. */
export async function fillSend(
  world: SceneWorld,
  to: string,
  amount: string,
  wallet?: string,
): Promise<void> {
  await world.open('send', wallet);
  await world.person.fill('To', to);
  await world.person.fill('Amount', amount);
}
