import type { KithClient } from '../../shared/contract/contract.ts';
import type { HistoryEntry } from '../../shared/contract/wallet.ts';

const PAGE_SIZE = 500;
/** Number of newest payments that are searched. An older payment is shown as a transaction instead. */
const MAX_SEARCHED_PAYMENTS = 5000;

/** Searches the payments of a wallet, newest first, for a txid; null if there is none. One call per 500 payments. */
export async function findPayment(
  client: Pick<KithClient, 'wallet'>,
  name: string,
  txid: string,
): Promise<HistoryEntry | null> {
  let after: string | undefined;
  for (let read = 0; read < MAX_SEARCHED_PAYMENTS; read += PAGE_SIZE) {
    const page = await client.wallet.history({
      name,
      limit: PAGE_SIZE,
      ...(after !== undefined && { after }),
    });
    const hit = page.find((entry) => entry.txid === txid);
    if (hit) return hit;
    if (page.length < PAGE_SIZE) return null;
    after = page.at(-1)?.txid;
  }
  return null;
}
