import { KithError } from '../../lib/errors.ts';
import { CHAIN, type Chain, type KeyPath } from '../keys/key-path.ts';
import type { KeyReserve } from './key-reserve.ts';
import type { KeySecrets } from '../secrets/key-secrets.ts';
import { GAP_LIMIT, SETTLED_CONFIRMATIONS } from '../ledger/key-use.ts';
import type { StoredRequest, WalletFile } from '../files/wallet-file.ts';
import { withLabels } from './wallet-labels.ts';
import type { Ledger } from '../ledger/wallet-ledger.ts';
import type { WalletPartDeps, WalletState } from './wallet-state.ts';

/** The receiving addresses that a wallet issues. */
export interface ReceivingKeys {
  /**
   * The current receiving address: issued but not paid yet. If there is none, the next one is issued; if no more may be
   * issued, the last one is returned, and the last one of a list of addresses always. `secrets` as in `nextKey`.
   */
  currentKey(secrets: KeySecrets | null): Promise<KeyPath>;
  /**
   * Issues the next receiving address. `secrets` derive more keys when all known keys are issued; null for a locked
   * wallet.
   * @throws {KithError} `wallet-address-gap`, `wallet-locked`
   */
  nextKey(secrets: KeySecrets | null): Promise<KeyPath>;
  /**
   * Issues the next receiving address for a payment request, and stores the address, the request and its label in one
   * write: an attempt that fails uses up no address. `secrets` as in `nextKey`.
   * @throws {KithError} as `nextKey` and `setLabel` do
   */
  addRequest(secrets: KeySecrets | null, requestAt: RequestAt): Promise<StoredRequest>;
}

/** A payment request at the receiving address with this index, and the subject of its label. */
export type RequestAt = (index: number) => { readonly request: StoredRequest; readonly subject: string };

export function createReceivingKeys({
  name,
  current,
  write,
  extendKeys,
}: WalletPartDeps & Pick<KeyReserve, 'extendKeys'>): ReceivingKeys {
  const issue = async (secrets: KeySecrets | null, also: (index: number) => Partial<WalletFile>) => {
    const { ledger } = current;
    const index = Math.max(current.file.issued, ledger.highestUsed[CHAIN.receive] + 1);
    const last = lastAllowed(ledger, CHAIN.receive);
    if (index > last && ledger.meta().restoring)
      throw new KithError('wallet-reading', undefined, { data: { name, height: ledger.syncedTo.height } });
    if (index > last)
      throw new KithError('wallet-address-gap', undefined, {
        data: { most: GAP_LIMIT, blocks: SETTLED_CONFIRMATIONS },
      });
    if (index >= current.keyring.count(CHAIN.receive)) {
      if (current.file.sealed === null) throw new KithError('wallet-keys-end', undefined, { data: { name } });
      if (current.keyring.policy !== null)
        throw new KithError('wallet-setup-end', undefined, { data: { name } });
      if (secrets === null) throw new KithError('wallet-locked', undefined, { data: { name } });
      await extendKeys(secrets);
    }
    await write({ issued: index + 1, ...also(index) });
    return { chain: CHAIN.receive, index };
  };
  const nextKey = (secrets: KeySecrets | null) => issue(secrets, () => ({}));
  return {
    nextKey,
    async addRequest(secrets, requestAt) {
      const { labels, requests } = current.file;
      const { index } = await issue(secrets, (at) => {
        const { request, subject } = requestAt(at);
        return {
          // The history shows the label of the address.
          labels: request.label === '' ? labels : withLabels(labels, [[subject, request.label]]),
          requests: [...requests, request],
        };
      });
      return requestAt(index).request;
    },
    async currentKey(secrets) {
      const { file, ledger } = current;
      const last = lastAllowed(ledger, CHAIN.receive);
      const index = file.issued - 1;
      // A list of addresses has no others, also when the last one was paid.
      if (isAddressList(current)) return { chain: CHAIN.receive, index };
      // While a restored wallet reads the chain, the limit is not known yet. The current key was within the limit when
      // it was issued.
      const isAllowed = index <= last || ledger.meta().restoring;
      if (index > ledger.highestUsed[CHAIN.receive] && isAllowed) return { chain: CHAIN.receive, index };
      return Math.max(index, ledger.highestUsed[CHAIN.receive]) < last
        ? nextKey(secrets)
        : { chain: CHAIN.receive, index: Math.min(index, last) };
    },
  };
}

/**
 * The last key of a chain that may be issued. A restore looks {@link GAP_LIMIT} keys beyond the last paid one, and
 * only payments in settled blocks are certain to be on the chain then.
 */
export const lastAllowed = (ledger: Ledger, chain: Chain): number => ledger.highestSettled[chain] + GAP_LIMIT;

/** Whether a wallet watches a list of addresses: it has no keys for change, and all its addresses are issued. */
export const isAddressList = ({ file, keyring }: Pick<WalletState, 'file' | 'keyring'>): boolean =>
  file.sealed === null && keyring.policy === null && keyring.count(CHAIN.change) === 0;
