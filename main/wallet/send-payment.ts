import { type OutpointKey, outpointKey } from '../core/primitives/outpoint.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Queue } from '../lib/queue.ts';
import { sortCoins } from './ledger/balance.ts';
import { isSpentByLivePayment, paymentStates } from './ledger/payment-state.ts';
import type { Ledger } from './ledger/wallet-ledger.ts';
import { paymentFileOf } from './signing/draft-file.ts';
import type { Draft } from './payments/drafts.ts';
import { completedPayment, withSignaturesOf } from './signing/payment-signatures.ts';
import { createSignatures } from './signing/sign-payment-file.ts';
import type { KeySecrets } from './secrets/key-secrets.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { WalletMempool, WalletNetwork } from './ledger/ports.ts';
import type { WalletStore } from './open/wallet-store.ts';

export interface Sent {
  readonly txid: string;
}

/** Sends a confirmed draft: checks it again, signs it, stores it and submits it to the mempool. */
export type SendDraft = (wallet: OpenWallet, draft: Draft, secrets: KeySecrets) => Promise<Sent | Violation>;

export interface SendDeps {
  readonly network: WalletNetwork;
  readonly mempool: Pick<WalletMempool, 'submit'>;
  readonly store: WalletStore;
  readonly queue: Queue;
  readonly clock: Pick<Clock, 'now' | 'soon'>;
  readonly log: Log;
  readonly moved: (wallet: OpenWallet) => void;
}

/** @throws {KithError} `wallet-draft-stale` */
export function createSendDraft(deps: SendDeps): SendDraft {
  const { network, queue, log } = deps;
  // The payment was sent. If its label cannot be stored, that must not look like a failed payment.
  const label = (wallet: OpenWallet, txid: string, labels: readonly (readonly [string, string])[]) =>
    wallet
      .setLabels(labels)
      .catch((error: unknown) => log.warn('a label could not be stored', { txid, error }));

  return (wallet, draft, secrets) =>
    queue.run(async () => {
      checkFresh(wallet, draft, network.params.maturity);
      // The public keys in the file were wrong, so the change of this draft would go to a key that the wallet does not
      // have.
      if (!(await wallet.checkKeys(secrets))) throw new KithError('wallet-draft-stale');
      if (wallet.keysAhead() < wallet.ledger.gap) await wallet.extendKeys(secrets);
      const result = await sendPayment(deps, wallet, {
        tx: await signed(deps, wallet, draft, secrets),
        replaces: draft.view.replaces,
      });
      const labels = [...draft.addressLabels];
      if (isViolation(result)) return result;
      if (draft.label !== '') labels.push([result.txid, draft.label]);
      if (labels.length > 0) await label(wallet, result.txid, labels);
      return result;
    });
}

function checkFresh(wallet: OpenWallet, draft: Draft, maturity: number): void {
  const { ledger } = wallet;
  const { confirmed, change, incoming, frozen } = sortCoins(wallet, maturity);
  const isFrozen = new Set(frozen.map(({ key }) => key));
  const refused = draft.inputs.find(({ key }) => isFrozen.has(key));
  if (refused !== undefined)
    throw new KithError('wallet-coin-frozen', undefined, {
      data: { coin: refused.key, amount: refused.coin.amount },
    });
  const free = new Set([...confirmed, ...change, ...(draft.isBump ? incoming : [])].map(({ key }) => key));
  for (const key of coinsOfReplaced(ledger, draft)) free.add(key);
  const late = draft.view.expires !== 0 && draft.view.expires <= wallet.ledger.syncedTo.height;
  if (late || !draft.inputs.every(({ key }) => free.has(key))) throw new KithError('wallet-draft-stale');
}

/** The coins of the payment that a draft replaces; none if that payment cannot be replaced any more. */
function coinsOfReplaced(ledger: Ledger, { view: { replaces } }: Draft): OutpointKey[] {
  const record = replaces === null ? undefined : ledger.unconfirmed.get(replaces);
  if (record === undefined || paymentStates(ledger).get(replaces!) !== 'live') return [];
  // A payment that spends its change was made since: it would be lost.
  if (isSpentByLivePayment(record, ledger)) return [];
  return record.tx.inputs.map(outpointKey);
}

async function signed(
  { network, clock }: SendDeps,
  wallet: OpenWallet,
  draft: Draft,
  secrets: KeySecrets,
): Promise<Transaction> {
  const file = paymentFileOf(network, wallet, draft);
  const signatures = await createSignatures(file, { wallet, secrets, clock });
  const tx = completedPayment(withSignaturesOf(file, signatures));
  if (tx === null) throw new KithError('wallet-shared-sign', undefined, { data: { name: wallet.name } });
  return tx;
}

/**
 * Sends a signed payment. Stores it before it is submitted. After a crash in between, the next start sends this payment, and not a
 * second one. Must be called inside the queue.
 */
export async function sendPayment(
  deps: SendDeps,
  wallet: OpenWallet,
  { tx, replaces }: { readonly tx: Transaction; readonly replaces: string | null },
): Promise<Sent | Violation> {
  const { store, clock, moved } = deps;
  await store.commit(wallet, (ledger, changes) => ledger.addUnconfirmed(tx, clock.now(), false, changes), {
    sync: true,
    // The error says that the payment failed, so the payment must not be resubmitted later.
    undo: (ledger) => ledger.undoAddUnconfirmed(tx.txidHex),
  });
  const refused = await submit(deps, tx);
  if (refused !== null) {
    const record = wallet.ledger.unconfirmed.get(tx.txidHex);
    if (record !== undefined)
      await store.commit(wallet, (ledger, changes) => ledger.update(record, null, changes));
  }
  // The mempool reports it only if it still has the replaced payment.
  const replaced = replaces === null ? undefined : wallet.ledger.unconfirmed.get(replaces);
  if (refused === null && replaced !== undefined && !replaced.replaced)
    await store.commit(wallet, (ledger, changes) => ledger.update(replaced, { replaced: true }, changes));
  moved(wallet);
  return refused ?? { txid: tx.txidHex };
}

/**
 * The violation for which the mempool refused the payment. Null when the mempool accepted it, or when it is submitted
 * again later.
 */
async function submit({ mempool, log }: SendDeps, tx: Transaction): Promise<Violation | null> {
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
}
