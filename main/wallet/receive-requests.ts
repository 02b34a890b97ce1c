import type { ReceiveRequest } from '../../shared/contract/wallet.ts';
import type { ReceiveRequestState } from '../../shared/contract/vocabulary.ts';
import { cleanLabel } from '../../shared/labels.ts';
import { encodePaymentLink } from '../../shared/payment-link.ts';
import type { Motes, UnixSeconds } from '../../shared/units.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import { CHAIN } from './keys/key-path.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { WalletNetwork } from './ledger/ports.ts';
import { readAddress } from './payments/receivers.ts';
import { createRequestPayments, type RequestPayment } from './request-payments.ts';
import type { RunningWallets } from './running-wallets.ts';
import { MAX_REQUESTS, type StoredRequest } from './files/wallet-file.ts';
import type { WalletData } from './ledger/wallet-data.ts';

export interface NewRequest {
  readonly name: string;
  /** In motes; left out, the payer chooses. */
  readonly amount?: number | undefined;
  readonly label?: string | undefined;
  /** Seconds from now; left out, it does not expire. */
  readonly seconds?: number | undefined;
}

/** Requests to be paid, each with a receiving address of its own. They are kept in the wallet file. */
export interface ReceiveRequests {
  /** Newest first. */
  requests(name: string): Promise<ReceiveRequest[]>;
  /** @throws {KithError} `wallet-requests-full`, `wallet-address-gap`, `wallet-amount`, `wallet-label`, `wallet-labels-full` */
  createRequest(request: NewRequest): Promise<ReceiveRequest>;
  /** The address stays an address of the wallet. @throws {KithError} `wallet-request-unknown` */
  deleteRequest(name: string, address: string): Promise<void>;
}

export interface ReceiveRequestsDeps {
  readonly network: WalletNetwork;
  readonly clock: Pick<Clock, 'now'>;
  readonly running: RunningWallets;
}

export function createReceiveRequests({ network, clock, running }: ReceiveRequestsDeps): ReceiveRequests {
  const { components, ask, change } = running;
  /** By the database, which a restart opens again. */
  const readers = new WeakMap<WalletData, ReturnType<typeof createRequestPayments>>();
  const paymentsOf = (wallet: OpenWallet) => {
    const { data } = components();
    const reader = readers.get(data) ?? createRequestPayments(data);
    readers.set(data, reader);
    return reader(wallet);
  };
  const addressAt = (wallet: OpenWallet, index: number) =>
    encodeAddress(network.hrp, wallet.keyring.lock({ chain: CHAIN.receive, index }));
  const viewOf = (
    wallet: OpenWallet,
    request: StoredRequest,
    payments: readonly RequestPayment[],
  ): ReceiveRequest => {
    const { index, amount, label, createdAt, expires } = request;
    const address = addressAt(wallet, index);
    return {
      address,
      amount,
      label,
      createdAt,
      expires: expires === 0 ? null : expires,
      state: requestState(request, payments, clock.now()),
      received: sumOf(payments),
      payments: [...payments],
      link: encodePaymentLink({ address, label, ...(amount === null ? {} : { amount }) }),
    };
  };

  return {
    requests: (name) =>
      ask(name, async (wallet) => {
        const { requests } = wallet.file;
        if (requests.length === 0) return [];
        const payments = await paymentsOf(wallet);
        return requests
          .map((request) => viewOf(wallet, request, payments.get(request.index) ?? []))
          .reverse();
      }),
    createRequest: ({ name, amount, label = '', seconds }) =>
      change(name, async (wallet) => {
        if (wallet.file.requests.length >= MAX_REQUESTS)
          throw new KithError('wallet-requests-full', undefined, { data: { most: MAX_REQUESTS } });
        const createdAt = clock.now();
        const facts = {
          amount: amount === undefined ? null : (amount as Motes),
          label: cleanLabel(label),
          createdAt,
          expires: seconds === undefined ? 0 : createdAt + seconds,
        };
        const secrets = components().sessions.derivationSecrets(wallet.id);
        const request = await wallet.addRequest(secrets, (index) => ({
          request: { index, ...facts },
          subject: addressAt(wallet, index),
        }));
        return viewOf(wallet, request, []);
      }),
    deleteRequest: (name, address) =>
      change(name, async (wallet) => {
        const place = wallet.keyring.find(readAddress(network.hrp, address));
        const others = wallet.file.requests.filter(
          ({ index }) => place?.chain !== CHAIN.receive || index !== place.index,
        );
        if (others.length === wallet.file.requests.length) throw new KithError('wallet-request-unknown');
        await wallet.setRequests(others);
      }),
  };
}

/**
 * `paid`: blocks have paid it in full. `pending`: pending payments are enough for it. A request that expired can still be
 * paid: its address stays valid.
 */
export function requestState(
  { amount, expires }: Pick<StoredRequest, 'amount' | 'expires'>,
  payments: readonly RequestPayment[],
  now: UnixSeconds,
): ReceiveRequestState {
  const wanted = amount ?? 1;
  if (sumOf(payments.filter(({ height }) => height !== null)) >= wanted) return 'paid';
  if (sumOf(payments) >= wanted) return 'pending';
  if (expires !== 0 && now >= expires) return 'expired';
  return payments.length > 0 ? 'partly-paid' : 'open';
}

const sumOf = (payments: readonly RequestPayment[]): number =>
  payments.reduce((sum, { amount }) => sum + amount, 0);
