import type { Role } from '../../shared/contract/vocabulary.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DraftPayment } from '../../shared/contract/wallet.ts';
import { sighash, type Transaction } from '../core/primitives/transaction.ts';
import { withSignatures } from './sign-payment.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Queue } from '../lib/queue.ts';
import type { Access } from './access.ts';
import { spendableCoins } from './balance.ts';
import { createDrafts, type Draft } from './drafts.ts';
import type { KeySecrets } from './key-secrets.ts';
import type { OpenWallet } from './open-wallet.ts';
import { planPayment } from './plan-payment.ts';
import { readPast } from './recent-payments.ts';
import type { WalletClock, WalletMempool, WalletNetwork } from './ports.ts';
import type { PaymentRequest } from './receivers.ts';
import type { WalletData } from './wallet-data.ts';
import type { WalletStore } from './wallet-store.ts';

export interface Sent {
  readonly txid: string;
}

/** Payments from the plan to the mempool. A broken rule (the mempool refused) is returned, everything else is thrown. */
export interface Spending {
  /** See planPayment for what it throws. */
  prepare(wallet: OpenWallet, request: PaymentRequest): Promise<DraftPayment>;
  /** A draft that can still be confirmed, as it was shown. */
  draft(id: string): { readonly wallet: string; readonly payment: DraftPayment } | undefined;
  /** @throws {KithError} `wallet-draft-unknown`, `wallet-draft-stale`, and like Access */
  confirm(draft: string, password: string, by: Role): Promise<Sent | Violation>;
  /** The same with an unlocked wallet: for a dialog that belongs to the system, not to a page. @throws `wallet-locked` */
  confirmUnlocked(draft: string): Promise<Sent | Violation>;
}

export interface SpendingDeps {
  readonly network: WalletNetwork;
  readonly mempool: Pick<WalletMempool, 'submit' | 'summary' | 'feerates'>;
  readonly access: Access;
  readonly unlocked: (wallet: OpenWallet) => KeySecrets | null;
  readonly data: Pick<WalletData, 'newest'>;
  readonly store: WalletStore;
  readonly lane: Queue;
  readonly clock: WalletClock;
  readonly log: Log;
  readonly walletById: (id: string) => OpenWallet | undefined;
  readonly moved: (wallet: OpenWallet) => void;
}

/** Signatures made in one go: a few milliseconds with the slower signer. */
const SIGNATURES_A_TURN = 10;

export function createSpending(deps: SpendingDeps): Spending {
  const { network, mempool, store, lane, clock, log } = deps;
  const drafts = createDrafts(clock);
  /** Confirmed, and not yet among the payments of their wallets. */
  const leaving = new Set<Draft>();

  const walletOf = (draft: Draft): OpenWallet => {
    const wallet = deps.walletById(draft.wallet);
    if (wallet === undefined) throw new KithError('wallet-draft-unknown');
    return wallet;
  };

  const checkFresh = (wallet: OpenWallet, draft: Draft) => {
    const free = new Set(spendableCoins(wallet.book, network.params.maturity).map(({ key }) => key));
    const late = draft.view.expires !== 0 && draft.view.expires <= wallet.book.asOf.height;
    if (late || !draft.inputs.every(({ key }) => free.has(key))) throw new KithError('wallet-draft-stale');
  };

  const signed = async (wallet: OpenWallet, draft: Draft, secrets: KeySecrets): Promise<Transaction> => {
    const spent = draft.inputs.map(({ coin }) => ({
      amount: coin.amount,
      ...wallet.keyring.lock(coin.place),
    }));
    const message = sighash(network.id, draft.unsigned, spent);
    const signatures: Uint8Array[] = [];
    for (const { coin } of draft.inputs) {
      if (signatures.length % SIGNATURES_A_TURN === SIGNATURES_A_TURN - 1) await nextTurn();
      signatures.push(secrets.sign(coin.place, message));
    }
    return withSignatures(draft.unsigned, signatures);
  };

  /** Stored before it leaves: after a crash in between it is sent at the next start, not paid twice. */
  const send = async (wallet: OpenWallet, tx: Transaction): Promise<Sent | Violation> => {
    await store.commit(wallet, (book, changes) => book.see(tx, clock.now(), changes), {
      sync: true,
      // It failed, so it must not be sent later by whoever finds it among the payments.
      undo: (book) => book.forget(tx.txidHex),
    });
    const refused = await submit(tx);
    if (refused !== null) {
      const record = wallet.book.unmined.get(tx.txidHex);
      if (record !== undefined)
        await store.commit(wallet, (book, changes) => book.update(record, null, changes));
    }
    deps.moved(wallet);
    return refused ?? { txid: tx.txidHex };
  };
  const submit = async (tx: Transaction): Promise<Violation | null> => {
    try {
      const result = await mempool.submit(tx);
      return isViolation(result) && result.code !== 'policy-known' ? result : null;
    } catch (error) {
      log.error('a payment could not be handed to the mempool; it will be tried again', {
        txid: tx.txidHex,
        error,
      });
      return null;
    }
  };

  const complete = (wallet: OpenWallet, draft: Draft, secrets: KeySecrets) =>
    lane.run(async () => {
      checkFresh(wallet, draft);
      // The change of this draft would go to a key that isn't ours.
      if (!(await wallet.checkKeys(secrets))) throw new KithError('wallet-draft-stale');
      if (wallet.keysAhead() < wallet.book.gap) await wallet.extendKeys(secrets);
      const result = await send(wallet, await signed(wallet, draft, secrets));
      if (!isViolation(result) && draft.label !== '') await label(wallet, result.txid, draft.label);
      return result;
    });
  // The payment is on its way: what happens to its label must not look as if it weren't.
  const label = (wallet: OpenWallet, txid: string, text: string) =>
    wallet
      .setLabel(txid, text)
      .catch((error: unknown) => log.warn('a label could not be kept', { txid, error }));

  const confirming = async (
    id: string,
    work: (wallet: OpenWallet, draft: Draft) => Promise<Sent | Violation>,
  ): Promise<Sent | Violation> => {
    const draft = drafts.take(id);
    leaving.add(draft);
    try {
      return await work(walletOf(draft), draft);
    } finally {
      leaving.delete(draft);
    }
  };

  return {
    prepare: (wallet, request) =>
      lane.run(async () => {
        const { floor } = mempool.summary();
        const usual = mempool.feerates().soon;
        const { known, recent } = await readPast(
          { hrp: network.hrp, data: deps.data, clock },
          wallet,
          leaving,
        );
        const plan = planPayment({ wallet, network, floor, usual, knownAddresses: known, recent }, request);
        const draft = drafts.add({
          wallet: wallet.id,
          unsigned: plan.unsigned,
          inputs: plan.inputs,
          view: plan.view,
          label: request.label ?? '',
        });
        return { draft: draft.id, ...plan.view };
      }),
    draft(id) {
      const draft = drafts.find(id);
      if (draft === undefined) return undefined;
      return { wallet: walletOf(draft).name, payment: { draft: draft.id, ...draft.view } };
    },
    confirm: (id, password, by) =>
      confirming(id, async (wallet, draft) => {
        let secrets: KeySecrets;
        try {
          secrets = await deps.access.keys(wallet, password, by);
        } catch (error) {
          drafts.putBack(draft); // nothing happened: the person may try again
          throw error;
        }
        try {
          return await complete(wallet, draft, secrets);
        } finally {
          secrets.wipe();
        }
      }),
    confirmUnlocked: (id) =>
      confirming(id, async (wallet, draft) => {
        const secrets = deps.unlocked(wallet);
        if (secrets !== null) return complete(wallet, draft, secrets);
        drafts.putBack(draft);
        throw new KithError('wallet-locked', undefined, { data: { name: wallet.name } });
      }),
  };
}
