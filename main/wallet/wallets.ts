import type { Role } from '../../shared/contract/vocabulary.ts';
import type { Height } from '../../shared/units.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { Faster } from '../../shared/contract/vocabulary.ts';
import type { Consolidation, DraftPayment, Quote } from '../../shared/contract/payment.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { Violation } from '../core/violation.ts';
import { createEmitter } from '../lib/events.ts';
import type { Service } from '../lib/service.ts';
import { createWalletBackups, type WalletBackups } from './backups.ts';
import { findWalletNotices } from './notices.ts';
import type { PaymentRequest } from './payments/receivers.ts';
import { createReceiveRequests, type ReceiveRequests } from './receive-requests.ts';
import { retryAfterCorruption } from './open/recovery.ts';
import { createRunningWallets } from './running-wallets.ts';
import type { Sent } from './send-payment.ts';
import { createProofOperations, type ProofOperations } from './proof-operations.ts';
import { createPasswordOperations, type PasswordOperations } from './password-operations.ts';
import { createWalletCreation, type WalletCreation } from './wallet-creation.ts';
import { createWalletDeletion, type WalletDeletion } from './wallet-deletion.ts';
import { createWalletExport, type WalletExport } from './wallet-export.ts';
import { createWalletLocking, type WalletLocking } from './wallet-locking.ts';
import { createWalletLists, type WalletLists } from './wallet-lists.ts';
import { createWalletSearches, type WalletSearches } from './wallet-search.ts';
import { createWalletQueries, type WalletQueries } from './wallet-queries.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { nativeSigner } from './secrets/native-signer.ts';
import { createSetups, type Setups } from './setups.ts';
import { createOfflinePayments, type OfflinePayments } from './offline-payments.ts';
import { createWatchOnly, type WatchOnly } from './watch-only.ts';
import { NO_CONTACTS, type WalletsDeps } from './wiring.ts';

/**
 * The wallets of a node. Failures are thrown as a KithError with a stable code. A payment that the mempool refuses is
 * returned as a violation.
 */
export interface Wallets
  extends
    Service,
    WalletCreation,
    WalletLocking,
    WalletQueries,
    WalletSearches,
    WalletLists,
    WalletBackups,
    WalletDeletion,
    WalletExport,
    PasswordOperations,
    WatchOnly,
    OfflinePayments,
    Accounts,
    Setups,
    ProofOperations,
    ReceiveRequests {
  /** What a payment would cost now. */
  quote(request: PaymentRequest): Promise<Quote>;
  prepare(request: PaymentRequest): Promise<DraftPayment>;
  /** Prepares a replacement of a pending payment, or a bump of an incoming one. */
  prepareFaster(request: {
    readonly name: string;
    readonly txid: string;
    readonly how: Faster;
    readonly feerate?: number | undefined;
  }): Promise<DraftPayment>;
  /** Prepares a payment that combines coins into one. */
  prepareConsolidation(request: Consolidation): Promise<DraftPayment>;
  /** A draft that can still be confirmed. Undefined when it was sent, is too old or never existed. */
  draft(id: string): { readonly wallet: string; readonly payment: DraftPayment } | undefined;
  confirm(draft: string, password: string, by?: Role): Promise<Sent | Violation>;
  /** Sends a draft of an unlocked wallet. For the native dialog. */
  confirmUnlocked(draft: string): Promise<Sent | Violation>;
  /** Notices for the user, such as a corrupt wallet database that was rebuilt. */
  notices(): readonly Notice[];
  /** Live payments of the wallets, parents first. They are announced until they are mined or expire. */
  ownPending(): Transaction[];
  /**
   * The lowest block that a wallet has yet to read, or to compare in a search; null for none, and when the wallets cannot
   * be used. While they are not open it is not known: 0.
   */
  neededFrom(): Height | null;
  /** Other peers than before have a payment. Notifies listeners. */
  touch(txid: string): void;
  /** Calls the listener with a wallet's name after the wallet changed; returns a function that removes the listener. */
  onChanged(listener: (name: string) => void): () => void;
}

export function createWallets(deps: WalletsDeps): Wallets {
  const {
    network,
    random,
    chain,
    clock,
    mempool,
    log,
    contacts = NO_CONTACTS,
    propagationOf = () => null,
    spreadOf = () => null,
  } = deps;
  const events = createEmitter<{ changed: string }>((error) =>
    log.error('a listener of the wallets failed', { error }),
  );
  const changed = (name: string) => events.emit('changed', name);
  const running = createRunningWallets(deps, changed);
  const { components } = running;
  const queries = createWalletQueries({ network, chain, running, contacts, propagationOf, spreadOf });

  return {
    name: 'wallets',
    start: running.start,
    stop: running.stop,
    ...createWalletCreation(network, running),
    ...createWalletLocking({ chain, running, changed, random, log }),
    ...queries,
    ...createWalletSearches(chain, running),
    ...createWalletExport(running, queries, contacts),
    ...createWalletDeletion(running, changed),
    ...createWalletBackups({ network, random, clock, running, changed, contacts, log }),
    ...createWalletLists({ network, chain, clock, running }),
    ...createReceiveRequests({ network, clock, running }),
    ...createPasswordOperations({ network, random, components, changed }),
    ...createWatchOnly({ network, running, chain, clock }),
    ...createOfflinePayments({ network, running, contacts, mempool, clock, log }),
    ...createProofOperations({ network, clock, components }),
    ...createAccounts({ network, running, signer: deps.signer ?? nativeSigner, clock, log }),
    ...createSetups({ network, running, chain, isSynced: deps.isSynced ?? (() => true) }),
    quote: (request) => components().spending.quote(running.get(request.name), request),
    async prepareFaster({ name, ...request }) {
      const wallet = running.get(name);
      await components().follower.nearTip(wallet);
      return components().spending.prepareFaster(wallet, request);
    },
    async prepareConsolidation({ name, ...request }) {
      const wallet = running.get(name);
      await components().follower.nearTip(wallet);
      return components().spending.prepareConsolidation(wallet, request);
    },
    async prepare(request) {
      const wallet = running.get(request.name);
      await components().follower.nearTip(wallet);
      return retryAfterCorruption(() => components().spending.prepare(wallet, request));
    },
    draft: (id) => components().spending.draft(id),
    confirm: (draft, password, by = 'terminal') => components().spending.confirm(draft, password, by),
    confirmUnlocked: (draft) => components().spending.confirmUnlocked(draft),
    notices: () => findWalletNotices(running.opened, running.refusal),
    ownPending: () => running.opened?.pending.ownPending() ?? [],
    neededFrom() {
      if (!running.isStarted) return running.refusal === null ? 0 : null;
      const { list, searches } = components();
      const next = [...list.values()].map((wallet) => {
        const search = searches.of(wallet);
        const { shortSince } = wallet.ledger.meta();
        // A locked wallet that ran out of keys reads again from there when it is unlocked.
        const own = Math.min(wallet.ledger.syncedTo.height, shortSince ?? Infinity) + 1;
        return search?.state === 'checking' ? Math.min(search.next, own) : own;
      });
      const lowest = Math.min(...next);
      return lowest > chain.tip().height ? null : lowest;
    },
    touch(txid) {
      running.opened?.pending.seen(txid);
      for (const wallet of running.opened?.list.values() ?? [])
        if (wallet.ledger.unconfirmed.has(txid)) changed(wallet.name);
    },
    onChanged: (listener) => events.on('changed', listener),
  };
}
