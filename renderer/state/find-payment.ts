import type { KithClient } from '../../shared/contract/contract.ts';
import type { HistoryEntry } from '../../shared/contract/wallet.ts';

const PAGE = 500;
/** Payments older than this many are looked at as transactions instead. */
const MOST = 5000;

/** Looks for one payment of a wallet, newest first; null when it isn't there. Costs a call for every 500. */
export async function findPayment(
  client: Pick<KithClient, 'wallet'>,
  name: string,
  txid: string,
): Promise<HistoryEntry | null> {
  let after: string | undefined;
  for (let read = 0; read < MOST; read += PAGE) {
    const page = await client.wallet.history({ name, limit: PAGE, ...(after !== undefined && { after }) });
    const hit = page.find((entry) => entry.txid === txid);
    if (hit) return hit;
    if (page.length < PAGE) return null;
    after = page.at(-1)?.txid;
  }
  return null;
}
