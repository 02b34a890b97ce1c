import type { DraftPayment } from '../../shared/contract/payment.ts';
import type { PaymentFileView } from '../../shared/contract/payment-files.ts';
import type { Role } from '../../shared/contract/vocabulary.ts';
import { outputSums, receiversOf } from '../../shared/payment-outputs.ts';
import { toHex } from '../core/codec/hex.ts';
import { systemClock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { SignedPayment, SigningRequest } from '../wallet/offline-payments.ts';
import { api, type HandlerDeps } from './base.ts';
import { bytesOf } from './bytes.ts';
import { resultOrThrow } from './faults.ts';
import { alarmsOf, refuseUnsafeSpending } from './spending.ts';

/** Watch-only wallets, and payments that another computer signs. */
export function createOfflineHandlers(deps: HandlerDeps) {
  return { ...createWatchOnlyHandlers(deps), ...createSigningHandlers(deps) };
}

function createWatchOnlyHandlers({ node: { wallets }, operations }: HandlerDeps) {
  const handlers = api.wallet;
  return {
    exportKeys: handlers.exportKeys.handler(async ({ input }) => {
      const { keys, ...facts } = await wallets.exportKeys(input.name, input.ahead);
      return { keys: toHex(keys), ...facts };
    }),
    inspectKeys: handlers.inspectKeys.handler(({ input }) => wallets.inspectKeys(bytesOf(input.keys))),
    createWatchOnly: handlers.createWatchOnly.handler(({ input, context }) =>
      operations.run(context.caller, { kind: 'wallet-restore', wallet: input.name }, async () => {
        const request = 'keys' in input ? { ...input, keys: bytesOf(input.keys) } : input;
        return { name: input.name, ...(await wallets.createWatchOnly(request)) };
      }),
    ),
    addKeys: handlers.addKeys.handler(({ input }) => wallets.addKeys(input.name, bytesOf(input.keys))),
  };
}

function createSigningHandlers({ node, operations }: HandlerDeps) {
  const { wallets } = node;
  const handlers = api.wallet;
  const signed = async (work: Promise<SignedPayment>) => {
    const { payment, complete } = await work;
    return { payment: toHex(payment), complete };
  };
  /** With the password, or with the keys of an unlocked wallet. */
  const sign = ({
    password,
    by,
    ...request
  }: SigningRequest & { readonly password?: string | undefined; readonly by: Role }) =>
    password === undefined
      ? wallets.signUnlocked(request)
      : wallets.signPayment({ ...request, password, by });
  return {
    exportPayment: handlers.exportPayment.handler(({ input }) => ({
      payment: toHex(wallets.exportPayment(input.draft, input.note)),
    })),
    inspectPayment: handlers.inspectPayment.handler(async ({ input }) => {
      const view = await wallets.inspectPayment(bytesOf(input.payment), input.name);
      // Only a complete payment can be sent; a computer that only signs is not connected at all.
      const alarms = view.complete ? alarmsOf(node, systemClock.now()) : [];
      return { ...view, warnings: [...alarms, ...view.warnings] };
    }),
    signPayment: handlers.signPayment.handler(({ input, context }) => {
      // A compromised page must not be able to sign: under Electron only the native dialog confirms.
      if (context.role === 'window') throw new KithError('wallet-sign-in-window');
      return signed(sign({ ...input, payment: bytesOf(input.payment), by: context.role }));
    }),
    approveSigning: handlers.approveSigning.handler(
      async ({ input: { name, password, ...input }, context }) => {
        if (context.approve === undefined) throw new KithError('wallet-approve-elsewhere');
        const payment = bytesOf(input.payment);
        const view = await wallets.inspectPayment(payment, name);
        const approval = await context.approve({ wallet: name, payment: asDraft(view), purpose: 'sign' });
        if (approval === 'limited') throw new KithError('questions-cancelled-often');
        if (approval !== 'approved') throw new KithError('wallet-signing-declined');
        return signed(sign({ name, payment, password, by: context.role }));
      },
    ),
    combinePayments: handlers.combinePayments.handler(({ input }) =>
      signed(wallets.combinePayments(input.payments.map(bytesOf))),
    ),
    broadcastPayment: handlers.broadcastPayment.handler(async ({ input, context }) => {
      refuseUnsafeSpending(node);
      const payment = bytesOf(input.payment);
      const facts = factsOf(await wallets.inspectPayment(payment));
      return operations.run(context.caller, { kind: 'payment', ...facts }, async () => {
        const { txid } = resultOrThrow(await wallets.broadcastPayment(payment));
        return { txid };
      });
    }),
  };
}

/** A payment file in the form in which the native dialog shows payments. */
function asDraft({ txid, fee, feerate, inputs, outputs, expires, warnings }: PaymentFileView): DraftPayment {
  const coins = inputs.map(({ txid: of, index, amount }) => ({ txid: of, index, amount }));
  const facts = { fee, feerate, inputs: coins, outputs, expires, warnings };
  return { draft: txid, ...facts, replaces: null, coinsChosen: false };
}

function factsOf({ wallet, outputs }: PaymentFileView) {
  const paid = receiversOf(outputs);
  return {
    wallet,
    amount: outputSums(outputs).paid,
    receivers: paid.length,
    receiver: paid[0]?.address ?? null,
  };
}
