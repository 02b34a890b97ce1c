import type { Clock } from '../lib/clock.ts';
import type { Role } from '../../shared/contract/vocabulary.ts';
import type { DraftPayment } from '../../shared/contract/wallet.ts';
import { sighash, type Transaction } from '../core/primitives/transaction.ts';
import { withSignatures } from './sign-payment.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Queue } from '../lib/queue.ts';
import type { Random } from '../lib/random.ts';
import type { Access } from './access.ts';
import { spendableCoins } from './balance.ts';
import { createDrafts, type Draft } from './drafts.ts';
import type { KeySecrets } from './key-secrets.ts';
import type { OpenWallet } from './open-wallet.ts';
import { planPayment } from './plan-payment.ts';
import { readPastPayments } from './recent-payments.ts';
import type { WalletMempool, WalletNetwork } from './ports.ts';
import type { PaymentRequest } from './receivers.ts';
import type { WalletData } from './wallet-data.ts';
import type { WalletStore } from './wallet-store.ts';

export interface Sent {
  readonly txid: string;
}

/** Payments from the plan to the mempool. A refusal by the mempool is returned as a violation, other failures are thrown. */
export interface Spending {
  /** See planPayment for what it throws. */
  prepare(wallet: OpenWallet, request: PaymentRequest): Promise<DraftPayment>;
  /** A draft that can still be confirmed, as the user saw it. */
  draft(id: string): { readonly wallet: string; readonly payment: DraftPayment } | undefined;
  /** @throws {KithError} `wallet-draft-unknown`, `wallet-draft-stale`, and like Access */
  confirm(draft: string, password: string, by: Role): Promise<Sent | Violation>;
  /** The same for an unlocked wallet: for the native dialog, which no page controls. @throws `wallet-locked` */
  confirmUnlocked(draft: string): Promise<Sent | Violation>;
}

export interface SpendingDeps {
  readonly network: WalletNetwork;
  readonly mempool: Pick<WalletMempool, 'submit' | 'summary' | 'feerates'>;
  readonly access: Access;
  readonly unlocked: (wallet: OpenWallet) => KeySecrets | null;
  readonly data: Pick<WalletData, 'newest'>;
  readonly store: WalletStore;
  readonly queue: Queue;
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'soon'>;
  readonly random: Random;
  readonly log: Log;
  readonly walletById: (id: string) => OpenWallet | undefined;
  readonly moved: (wallet: OpenWallet) => void;
}

/** Signatures before the event loop gets its turn: a few milliseconds with the slower signer. */
const SIGNATURES_A_TURN = 10;

export function createSpending(deps: SpendingDeps): Spending {
  const { network, mempool, store, queue, clock, random, log } = deps;
  const drafts = createDrafts({ clock, random });
  /** Confirmed drafts that are not among the payments of their wallets yet. */
  const leaving = new Set<Draft>();

  const walletOf = (draft: Draft): OpenWallet => {
    const wallet = deps.walletById(draft.wallet);
    if (wallet === undefined) throw new KithError('wallet-draft-unknown');
    return wallet;
  };

  const checkFresh = (wallet: OpenWallet, draft: Draft) => {
    const free = new Set(spendableCoins(wallet.ledger, network.params.maturity).map(({ key }) => key));
    const late = draft.view.expires !== 0 && draft.view.expires <= wallet.ledger.asOf.height;
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
      if (signatures.length % SIGNATURES_A_TURN === SIGNATURES_A_TURN - 1) await clock.soon();
      signatures.push(secrets.sign(coin.place, message));
    }
    return withSignatures(draft.unsigned, signatures);
  };

  /** Stores the payment before it is submitted: after a crash in between the next start sends it, not a second one. */
  const send = async (wallet: OpenWallet, tx: Transaction): Promise<Sent | Violation> => {
    await store.commit(wallet, (ledger, changes) => ledger.see(tx, clock.now(), changes), {
      sync: true,
      // The user was told that it failed, so that a later resubmission must not find it.
      undo: (ledger) => ledger.forget(tx.txidHex),
    });
    const refused = await submit(tx);
    if (refused !== null) {
      const record = wallet.ledger.unmined.get(tx.txidHex);
      if (record !== undefined)
        await store.commit(wallet, (ledger, changes) => ledger.update(record, null, changes));
    }
    deps.moved(wallet);
    return refused ?? { txid: tx.txidHex };
  };
  const submit = async (tx: Transaction): Promise<Violation | null> => {
    try {
      const result = await mempool.submit(tx);
      return isViolation(result) && result.code !== 'policy-known' ? result : null;
    } catch (error) {
      log.error('a payment could not be submitted to the mempool; it will be submitted again', {
        txid: tx.txidHex,
        error,
      });
      return null;
    }
  };

  const complete = (wallet: OpenWallet, draft: Draft, secrets: KeySecrets) =>
    queue.run(async () => {
      checkFresh(wallet, draft);
      // The public keys were wrong: the change of this draft would go to a key that the wallet does not have.
      if (!(await wallet.checkKeys(secrets))) throw new KithError('wallet-draft-stale');
      if (wallet.keysAhead() < wallet.ledger.gap) await wallet.extendKeys(secrets);
      const result = await send(wallet, await signed(wallet, draft, secrets));
      if (!isViolation(result) && draft.label !== '') await label(wallet, result.txid, draft.label);
      return result;
    });
  // The payment was sent: a label that cannot be stored must not look like a failed payment.
  const label = (wallet: OpenWallet, txid: string, text: string) =>
    wallet
      .setLabel(txid, text)
      .catch((error: unknown) => log.warn('a label could not be stored', { txid, error }));

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
      queue.run(async () => {
        const { floor } = mempool.summary();
        const usual = mempool.feerates().soon;
        const { known, recent } = await readPastPayments(
          { hrp: network.hrp, data: deps.data, clock },
          wallet,
          leaving,
        );
        const plan = planPayment(
          { wallet, network, floor, usual, knownAddresses: known, recent, random },
          request,
        );
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
          drafts.putBack(draft); // nothing was sent: the user may try again
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
