import type { Propagation as PropagationView } from '../../shared/contract/propagation.ts';
import type { BatchReport } from '../../shared/contract/payment.ts';
import type { Balance, HistoryEntry } from '../../shared/contract/wallet.ts';
import { compact } from '../../shared/pasted.ts';
import type { UnixSeconds } from '../../shared/units.ts';
import { toHex } from '../core/codec/hex.ts';
import { decodeAddress, encodeAddress, isAddressProblem } from '../core/primitives/address.ts';
import type { Lock } from '../core/primitives/coin.ts';
import { KithError } from '../lib/errors.ts';
import { computeBalance } from './ledger/balance.ts';
import { readHistory, type PaymentSpread, type Propagation } from './lists/history.ts';
import type { KeyPath } from './keys/key-path.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { WalletChain, WalletContacts, WalletNetwork } from './ledger/ports.ts';
import { readBatch } from './batch/read-batch.ts';
import { type CheckedTarget, checkTarget } from './payments/receivers.ts';
import { findLastPaid } from './payments/recent-payments.ts';
import { retryAfterCorruption } from './open/recovery.ts';
import type { RunningWallets } from './running-wallets.ts';

const LABEL_SUBJECT = /^[0-9a-z]{1,160}$/;

export interface HistoryQuery {
  readonly name: string;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** What a wallet holds, received and sent; its addresses and labels. */
export interface WalletQueries {
  /** The figures are explained at computeBalance. */
  balance(name: string): Promise<Balance>;
  /** The current receiving address: issued but not paid yet. */
  address(name: string): Promise<string>;
  newAddress(name: string, label?: string): Promise<string>;
  history(query: HistoryQuery): Promise<HistoryEntry[]>;
  /**
   * Which peers of this node have a payment over time.
   * @throws {KithError} `wallet-payment-unsent`
   */
  propagation(name: string, txid: string): PropagationView;
  /** Reads an address or a payment link. */
  checkAddress(text: string): CheckedTarget;
  /**
   * When the wallets of this node last paid these addresses, by their newest 2 000 payments. Addresses that they did not
   * pay, and texts that are not addresses, are missing.
   */
  lastPaid(addresses: readonly string[]): Promise<ReadonlyMap<string, UnixSeconds>>;
  /** Reads a table of payments. Throws what readBatch throws. */
  readBatch(text: string): BatchReport;
  /** Sets the label of a txid or an address. An empty label removes it. */
  setLabel(name: string, subject: string, label: string): Promise<void>;
  /** Stores that the user has written down the recovery phrase and a check of some words passed. */
  markPhraseChecked(name: string): Promise<void>;
  /** The lock for the next mining reward. Call it again after each reward. The wallet may be locked. */
  payout(name: string): Lock;
}

export interface WalletQueriesDeps {
  readonly network: WalletNetwork;
  readonly chain: Pick<WalletChain, 'nextRules'>;
  readonly running: RunningWallets;
  readonly contacts: Pick<WalletContacts, 'nextAddressOf'>;
  readonly propagationOf: (txid: string) => Propagation | null;
  readonly spreadOf: (txid: string) => PaymentSpread | null;
}

function createReadBatch({
  network,
  running,
  contacts,
}: Pick<WalletQueriesDeps, 'network' | 'running' | 'contacts'>): WalletQueries['readBatch'] {
  const isOwn = (lock: Lock) =>
    [...(running.opened?.list.values() ?? [])].some(({ keyring }) => keyring.find(lock));
  return (text) => readBatch({ hrp: network.hrp, isOwn, contactAddress: contacts.nextAddressOf }, text);
}

export function createWalletQueries({
  network,
  chain,
  running,
  contacts,
  propagationOf,
  spreadOf,
}: WalletQueriesDeps): WalletQueries {
  const { components, get, ask, change } = running;
  const addressOf = (wallet: OpenWallet, keyPath: KeyPath) =>
    encodeAddress(network.hrp, wallet.keyring.lock(keyPath));

  const rules = () => ({ hrp: network.hrp, allowsPolicyLocks: chain.nextRules().policyLock });

  return {
    balance: (name) => ask(name, (wallet) => computeBalance(wallet, network.params.maturity)),
    async address(name) {
      const wallet = get(name);
      const { queue, sessions } = components();
      return queue.run(async () =>
        addressOf(wallet, await wallet.currentKey(sessions.derivationSecrets(wallet.id))),
      );
    },
    newAddress: (name, label = '') =>
      change(name, async (wallet) => {
        const secrets = components().sessions.derivationSecrets(wallet.id);
        const address = addressOf(wallet, await wallet.nextKey(secrets));
        if (label !== '') await wallet.setLabel(address, label);
        return address;
      }),
    history: ({ name, limit, after }) =>
      ask(name, (wallet) => {
        const { ledger, file, id } = wallet;
        const { hrp, params } = network;
        const context = { ledger, hrp, maturity: params.maturity, labels: file.labels, propagationOf };
        return readHistory(context, components().data, id, { limit, after });
      }),
    propagation(name, txid) {
      get(name);
      const [counts, spread] = [propagationOf(txid), spreadOf(txid)];
      if (counts === null || spread === null) throw new KithError('wallet-payment-unsent');
      const { seenBy, ofPeers } = counts;
      const { startedAt, fetched, announced, firstAfter, halfAfter, points } = spread;
      return { txid, seenBy, ofPeers, startedAt, fetched, announced, firstAfter, halfAfter, points };
    },
    readBatch: createReadBatch({ network, running, contacts }),
    checkAddress: (text) => checkTarget(rules(), text, running.opened?.list.values() ?? []),
    async lastPaid(addresses) {
      const paid = new Map<string, UnixSeconds>();
      if (running.opened === null || addresses.length === 0) return paid;
      const { list, data, queue } = running.opened;
      const byLock = addressesByLock(network.hrp, addresses);
      const locks = new Set(byLock.keys());
      for (const wallet of list.values()) {
        const found = await retryAfterCorruption(() => queue.run(() => findLastPaid(data, wallet, locks)));
        for (const [lock, at] of found) {
          const address = byLock.get(lock)!;
          paid.set(address, Math.max(paid.get(address) ?? 0, at));
        }
      }
      return paid;
    },
    setLabel: (name, subject, label) =>
      change(name, async (wallet) => {
        const named = compact(subject).toLowerCase();
        if (!LABEL_SUBJECT.test(named)) throw new KithError('wallet-label');
        await wallet.setLabel(named, label);
      }),
    markPhraseChecked: (name) => change(name, (wallet) => wallet.markPhraseChecked()),
    payout(name) {
      const wallet = get(name);
      return wallet.keyring.lock(wallet.changeKey());
    },
  };
}

/** Texts that are not addresses are left out. */
function addressesByLock(hrp: string, addresses: readonly string[]): Map<string, string> {
  const byLock = new Map<string, string>();
  for (const address of addresses) {
    const lock = decodeAddress(hrp, address);
    if (!isAddressProblem(lock)) byLock.set(toHex(lock.lock), address);
  }
  return byLock;
}
