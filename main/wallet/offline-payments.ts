import type { PaymentFileView } from '../../shared/contract/payment-files.ts';
import type { Role } from '../../shared/contract/vocabulary.ts';
import { withContacts } from './contacts/contact-index.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { outpointKey } from '../core/primitives/outpoint.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { paymentFileOf } from './signing/draft-file.ts';
import type { KeySecrets } from './secrets/key-secrets.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import {
  decodePaymentFile,
  encodePaymentFile,
  isPaymentFileProblem,
  type PaymentFile,
} from './signing/payment-file.ts';
import { isKnownCoin, viewPaymentFile } from './signing/payment-file-view.ts';
import {
  areSignaturesValid,
  completedPayment,
  isSamePayment,
  missingInputs,
  withSignaturesOf,
} from './signing/payment-signatures.ts';
import { paymentStates } from './ledger/payment-state.ts';
import type { WalletContacts, WalletMempool, WalletNetwork } from './ledger/ports.ts';
import { type PastPayments, readPastPayments } from './payments/recent-payments.ts';
import type { RunningWallets } from './running-wallets.ts';
import type { Sent } from './send-payment.ts';
import { createSignatures } from './signing/sign-payment-file.ts';

/** A payment file to sign, and the wallet that signs it. */
export interface SigningRequest {
  readonly name: string;
  readonly payment: Uint8Array;
}

/** Payments that one computer prepares and sends, and another one signs. */
export interface OfflinePayments {
  /** The file of a draft, to be signed elsewhere. @throws {KithError} `wallet-draft-unknown` */
  exportPayment(draft: string, note?: string): Uint8Array;
  /**
   * What a payment file does, as far as this node can check it; changes nothing. `name`: the wallet that would sign or send it; by
   * default the one that has its coins.
   * @throws {KithError} `payment-file-malformed`, `payment-file-newer`, `payment-file-network`, `payment-file-signature`
   */
  inspectPayment(payment: Uint8Array, name?: string): Promise<PaymentFileView>;
  /**
   * Signs with the wallet's keys everything that it can. The node may be offline.
   * @throws {KithError} as `inspectPayment`, `payment-file-foreign`, `payment-file-change`, `payment-file-expired`,
   *   `wallet-coin-frozen`, and what Access throws
   */
  signPayment(
    request: SigningRequest & { readonly password: string; readonly by?: Role },
  ): Promise<SignedPayment>;
  /** The same for an unlocked wallet, after the native dialog. @throws {KithError} `wallet-locked`, and as `signPayment` */
  signUnlocked(request: SigningRequest): Promise<SignedPayment>;
  /**
   * One file with the signatures of all of them, in any order.
   * @throws {KithError} as `inspectPayment`, `payment-file-different`
   */
  combinePayments(payments: readonly Uint8Array[]): Promise<SignedPayment>;
  /**
   * Sends a completely signed payment of a wallet of this node. A payment that is live or mined is not sent twice.
   * @throws {KithError} as `inspectPayment`, `payment-file-unsigned`, `payment-file-foreign`, `payment-file-expired`,
   *   `payment-file-spent`, `wallet-coin-frozen`
   */
  broadcastPayment(payment: Uint8Array): Promise<Sent | Violation>;
}

export interface SignedPayment {
  readonly payment: Uint8Array;
  /** Whether no signature is missing. */
  readonly complete: boolean;
}

export interface OfflinePaymentsDeps {
  readonly network: WalletNetwork;
  readonly running: RunningWallets;
  readonly contacts: WalletContacts;
  readonly mempool: Pick<WalletMempool, 'feerates'>;
  readonly clock: Pick<Clock, 'now' | 'soon'>;
  readonly log: Log;
}

export function createOfflinePayments(deps: OfflinePaymentsDeps): OfflinePayments {
  const { network, running, contacts, mempool, clock } = deps;
  const { components, get } = running;
  const wallets = () => [...(running.opened?.list.values() ?? [])];

  const read = async (bytes: Uint8Array): Promise<PaymentFile> => {
    const file = decodePaymentFile(bytes);
    if (isPaymentFileProblem(file)) throw new KithError(file);
    if (!equalBytes(file.network, network.id)) throw new KithError('payment-file-network');
    if (!(await areSignaturesValid(file, clock))) throw new KithError('payment-file-signature');
    return file;
  };
  /** The wallet with the coins of a file; one that can sign before one that only watches the same keys. */
  const ownerOf = (file: PaymentFile) => {
    const owners = wallets().filter(({ keyring }) =>
      file.inputs.every((input) => keyring.find(input) !== undefined),
    );
    return owners.find(({ kind }) => kind !== 'watch-only') ?? owners[0];
  };
  const pastOf = (wallet: OpenWallet) =>
    readPastPayments({ hrp: network.hrp, data: components().data, clock }, wallet, []);
  const sign = (wallet: OpenWallet, file: PaymentFile, secrets: KeySecrets) =>
    components().queue.run(async () => {
      checkExpiry(file, wallet);
      checkFrozen(file, wallet);
      await wallet.checkKeys(secrets);
      const signed = withSignaturesOf(file, await createSignatures(file, { wallet, secrets, clock }));
      return { payment: encodePaymentFile(signed), complete: missingInputs(signed) === 0 };
    });

  return {
    exportPayment(id, note) {
      const { wallet, draft } = components().spending.find(id);
      return encodePaymentFile(paymentFileOf(network, wallet, { ...draft, label: note ?? draft.label }));
    },
    async inspectPayment(bytes, name) {
      const file = await read(bytes);
      const wallet = (name === undefined ? ownerOf(file) : get(name)) ?? null;
      const past = wallet === null ? NO_PAST : await pastOf(wallet);
      const context = { network, contacts, defaultFeerate: mempool.feerates().soon, ...past };
      const view = viewPaymentFile(file, wallet, context);
      return { ...view, outputs: withContacts(view.outputs, contacts) };
    },
    async signPayment({ name, payment, password, by = 'terminal' }) {
      const file = await read(payment);
      const secrets = await components().access.keys(get(name), password, by);
      return sign(get(name), file, secrets).finally(() => secrets.wipe());
    },
    async signUnlocked({ name, payment }) {
      const file = await read(payment);
      const wallet = get(name);
      const secrets = components().sessions.signingSecrets(wallet.id);
      if (secrets === null) throw new KithError('wallet-locked', undefined, { data: { name } });
      return sign(wallet, file, secrets);
    },
    async combinePayments(payments) {
      const [first, ...others] = await Promise.all(payments.map(read));
      if (!others.every((file) => isSamePayment(first!, file))) throw new KithError('payment-file-different');
      const all = withSignaturesOf(
        first!,
        others.flatMap(({ signatures }) => signatures),
      );
      return { payment: encodePaymentFile(all), complete: missingInputs(all) === 0 };
    },
    async broadcastPayment(bytes) {
      const file = await read(bytes);
      const tx = completedPayment(file);
      if (tx === null)
        throw new KithError('payment-file-unsigned', undefined, { data: { missing: missingInputs(file) } });
      const wallet = ownerOf(file);
      if (wallet === undefined) throw new KithError('payment-file-foreign');
      await components().follower.nearTip(wallet);
      return components().queue.run(() => send(deps, wallet, { file, tx }));
    },
  };
}

const NO_PAST: PastPayments = { knownAddresses: new Set(), paidAddresses: new Set(), recent: [] };

function checkExpiry({ tx: { expires } }: PaymentFile, { ledger }: OpenWallet): void {
  if (expires !== 0 && expires <= ledger.syncedTo.height)
    throw new KithError('payment-file-expired', undefined, { data: { expires } });
}

/** The user may have frozen a coin after the file was made. */
function checkFrozen({ tx, inputs }: PaymentFile, wallet: OpenWallet): void {
  const { frozen } = wallet.file;
  const at = tx.inputs.findIndex((input) => frozen.has(outpointKey(input)));
  if (at === -1) return;
  const data = { coin: outpointKey(tx.inputs[at]!), amount: inputs[at]!.amount };
  throw new KithError('wallet-coin-frozen', undefined, { data });
}

async function send(
  { running, log }: OfflinePaymentsDeps,
  wallet: OpenWallet,
  { file, tx }: { readonly file: PaymentFile; readonly tx: Transaction },
): Promise<Sent | Violation> {
  const { data, spending } = running.components();
  const state = paymentStates(wallet.ledger).get(tx.txidHex);
  if (state === 'live' || (await data.mined(wallet.id, tx.txidHex)) !== null) return { txid: tx.txidHex };
  checkExpiry(file, wallet);
  checkFrozen(file, wallet);
  // A payment that was sent before and is not live was replaced, or it or its parent has lost a coin.
  if (state !== undefined || !tx.inputs.every((input) => isKnownCoin(wallet, outpointKey(input))))
    throw new KithError('payment-file-spent');
  const result = await spending.sendSigned(wallet, tx);
  if (!isViolation(result) && file.note !== '')
    await wallet
      .setLabel(result.txid, file.note)
      .catch((error: unknown) => log.warn('a label could not be stored', { txid: result.txid, error }));
  return result;
}
