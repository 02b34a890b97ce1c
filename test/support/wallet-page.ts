import { connect } from '../../main/demo/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { type AppPage, createAppPage } from './app-page.ts';
import type { BrowserPages } from './browser-pages.ts';

/** Of every wallet of {@link openWalletPage}. */
export const PASSWORD = 'correct horse battery';

export interface WalletPageOptions {
  /** The names of the wallets. */
  readonly wallets: readonly string[];
  /** The wallet that mines. */
  readonly miner: string;
  readonly blocks: number;
}

/** The page of a new node with wallets, of which one has mined. */
export async function openWalletPage(
  pages: BrowserPages,
  { wallets, miner, blocks }: WalletPageOptions,
): Promise<{ readonly client: KithClient; readonly person: AppPage }> {
  const node = await pages.startNode('mine');
  const { client } = await connect(node);
  for (const name of wallets) await client.wallet.create({ name, password: PASSWORD });
  const { address } = await client.wallet.address({ name: miner });
  await client.mining.generate({ address, blocks });
  const person = createAppPage(await pages.open(node));
  await person.page.getByRole('heading', { name: 'Home' }).waitFor();
  return { client, person };
}
