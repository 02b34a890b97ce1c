import type { DraftPayment } from '../../shared/contract/payment.ts';
import type { WalletView } from '../../shared/contract/wallet.ts';
import { outputSums, receiversOf } from '../../shared/payment-outputs.ts';
import type { Violation } from '../core/violation.ts';
import { systemClock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import { api, type ApiContext, type HandlerDeps, type PaymentConfirmation } from './base.ts';
import type { NodeFacade } from './facade.ts';
import { createBackupHandlers, createExportHandlers } from './backup-handlers.ts';
import { resultOrThrow } from './faults.ts';
import { createOfflineHandlers } from './offline-handlers.ts';
import { createSetupHandlers } from './setup-handlers.ts';
import type { OperationFacts } from './operations.ts';
import { alarmsOf, refuseUnsafeSpending } from './spending.ts';
import { latest } from './streams.ts';
import { verifyProof } from './verify-proof.ts';

const HISTORY_LIMIT = 20;

export function createWalletHandlers(deps: HandlerDeps) {
  return api.wallet.router({
    ...createKeyHandlers(deps),
    ...createBackupHandlers(deps),
    ...createExportHandlers(deps),
    ...createPaymentHandlers(deps),
    ...createRecordHandlers(deps),
    ...createOfflineHandlers(deps),
    ...createSetupHandlers(deps),
  });
}

/** Creating, restoring and unlocking wallets. */
function createKeyHandlers({ node: { wallets }, operations }: HandlerDeps) {
  const handlers = api.wallet;
  return {
    create: handlers.create.handler(({ input, context }) =>
      operations.run(context.caller, { kind: 'wallet-create', wallet: input.name }, async () => {
        const { mnemonic } = await wallets.create(input);
        return { name: input.name, mnemonic };
      }),
    ),
    restore: handlers.restore.handler(({ input, context }) =>
      operations.run(context.caller, { kind: 'wallet-restore', wallet: input.name }, async () => {
        const { firstAddress } = await wallets.restore(input);
        return { name: input.name, firstAddress };
      }),
    ),
    list: handlers.list.handler(() => [...wallets.list()]),
    watchList: handlers.watchList.handler(({ context, signal }) =>
      latest(
        { read: () => [...wallets.list()], subscribe: wallets.onChanged, intervalMs: 250 },
        { signal, congested: context.congested },
      ),
    ),
    deleted: handlers.deleted.handler(async () => [...(await wallets.deleted())]),
    undelete: handlers.undelete.handler(({ input }) => done(wallets.undelete(input.name))),
    changePassword: handlers.changePassword.handler(({ input: { name, password, next }, context }) =>
      operations.run(context.caller, { kind: 'wallet-password', wallet: name }, () =>
        done(wallets.changePassword(name, password, next, context.role)),
      ),
    ),
    rescan: handlers.rescan.handler(({ input: { name, ...range }, context }) =>
      operations.run(context.caller, { kind: 'wallet-rescan', wallet: name }, () =>
        done(wallets.rescan(name, range)),
      ),
    ),
    cancelRescan: handlers.cancelRescan.handler(({ input }) => done(wallets.cancelRescan(input.name))),
    search: handlers.search.handler(({ input }) => wallets.search(input.name)),
    words: handlers.words.handler(({ input, context }) =>
      wallets.words(input.name, input.password, context.role),
    ),
    unlock: handlers.unlock.handler(({ input, context }) =>
      done(wallets.unlock(input.name, input.password, input.seconds, context.role)),
    ),
    lock: handlers.lock.handler(({ input }) => done(wallets.lock(input.name))),
    settings: handlers.settings.handler(() => wallets.settings()),
    changeSettings: handlers.changeSettings.handler(({ input }) => wallets.changeSettings(input)),
    delete: handlers.delete.handler(({ input, context }) =>
      done(wallets.delete({ ...input, by: context.role })),
    ),
  };
}

/** Prepares and confirms payments. */
function createPaymentHandlers({ node, operations }: HandlerDeps) {
  const { wallets } = node;
  const withWarnings = (draft: DraftPayment): DraftPayment => ({
    ...draft,
    warnings: [...alarmsOf(node, systemClock.now()), ...draft.warnings],
  });
  /** Sends a payment. The send continues if the client disconnects, so the result is reported to all clients. */
  const pay = (caller: object, draft: string, work: () => Promise<{ readonly txid: string } | Violation>) => {
    const payment = wallets.draft(draft);
    return operations.run(caller, { kind: 'payment', ...(payment && paymentFacts(payment)) }, async () => {
      const { txid } = resultOrThrow(await work());
      return { txid };
    });
  };
  const handlers = api.wallet;
  return {
    quote: handlers.quote.handler(({ input }) => wallets.quote(input)),
    prepare: handlers.prepare.handler(async ({ input }) => {
      refuseUnsafeSpending(node);
      return withWarnings(await wallets.prepare(input));
    }),
    readBatch: handlers.readBatch.handler(({ input }) => wallets.readBatch(input.text)),
    prepareFaster: handlers.prepareFaster.handler(async ({ input }) => {
      refuseUnsafeSpending(node);
      return withWarnings(await wallets.prepareFaster(input));
    }),
    prepareConsolidation: handlers.prepareConsolidation.handler(async ({ input }) => {
      refuseUnsafeSpending(node);
      return withWarnings(await wallets.prepareConsolidation(input));
    }),
    confirm: handlers.confirm.handler(async ({ input, context }) => {
      rejectFromWindow(context, 'wallet-confirm-in-window');
      refuseUnsafeSpending(node);
      const { draft, password } = input;
      return pay(context.caller, draft, () =>
        password === undefined
          ? wallets.confirmUnlocked(draft)
          : wallets.confirm(draft, password, context.role),
      );
    }),
    approve: handlers.approve.handler(async ({ input, context }) => {
      if (context.approve === undefined) throw new KithError('wallet-approve-elsewhere');
      const confirmation = wallets.draft(input.draft);
      if (confirmation === undefined) throw new KithError('wallet-draft-unknown');
      refuseUnsafeSpending(node);
      const approval = await context.approve({
        ...confirmation,
        payment: withWarnings(confirmation.payment),
        pasted: input.pasted,
      });
      if (approval === 'limited') throw new KithError('questions-cancelled-often');
      if (approval !== 'approved') throw new KithError('wallet-payment-declined');
      const { draft, password } = input;
      return pay(context.caller, draft, () =>
        password === undefined
          ? wallets.confirmUnlocked(draft)
          : wallets.confirm(draft, password, context.role),
      );
    }),
    send: handlers.send.handler(async ({ input, context }) => {
      rejectFromWindow(context, 'wallet-send-in-window');
      refuseUnsafeSpending(node);
      const { password, ...payment } = input;
      const { draft, fee } = await wallets.prepare(payment);
      const { txid } = await pay(context.caller, draft, () => wallets.confirm(draft, password, context.role));
      return { txid, fee };
    }),
  };
}

/** Balance, addresses, history, labels and messages. */
function createRecordHandlers({ node }: HandlerDeps) {
  const { wallets } = node;
  const handlers = api.wallet;
  return {
    balance: handlers.balance.handler(({ input }) => wallets.balance(input.name)),
    address: handlers.address.handler(async ({ input }) => ({ address: await wallets.address(input.name) })),
    newAddress: handlers.newAddress.handler(async ({ input }) => ({
      address: await wallets.newAddress(input.name, input.label),
    })),
    requests: handlers.requests.handler(({ input }) => wallets.requests(input.name)),
    createRequest: handlers.createRequest.handler(({ input }) => wallets.createRequest(input)),
    deleteRequest: handlers.deleteRequest.handler(({ input }) =>
      done(wallets.deleteRequest(input.name, input.address)),
    ),
    history: handlers.history.handler(async ({ input }) => [...(await wallets.history(input))]),
    propagation: handlers.propagation.handler(({ input }) => wallets.propagation(input.name, input.txid)),
    coins: handlers.coins.handler(({ input }) => wallets.coins(input)),
    balanceOverTime: handlers.balanceOverTime.handler(async ({ input: { name, days } }) => {
      const { balances, ...rest } = await wallets.balanceOverTime(name, days);
      return { ...rest, balances: [...balances] };
    }),
    addresses: handlers.addresses.handler(({ input }) => wallets.addresses(input)),
    owners: handlers.owners.handler(({ input }) => wallets.owners(input.addresses)),
    freeze: handlers.freeze.handler(({ input: { frozen, ...coins } }) => done(wallets.freeze(coins, frozen))),
    inspect: handlers.inspect.handler(({ input }) => wallets.inspect(input)),
    checkAddress: handlers.checkAddress.handler(({ input }) => wallets.checkAddress(input.text)),
    setLabel: handlers.setLabel.handler(({ input }) =>
      done(wallets.setLabel(input.name, input.subject, input.label)),
    ),
    markPhraseChecked: handlers.markPhraseChecked.handler(({ input }) =>
      done(wallets.markPhraseChecked(input.name)),
    ),
    signMessage: handlers.signMessage.handler(({ input, context }) =>
      wallets.signMessage({ ...input, by: context.role }),
    ),
    verifyMessage: handlers.verifyMessage.handler(({ input }) => ({
      valid: wallets.verifyMessage(input.address, input.message, input.signature),
    })),
    provePayment: handlers.provePayment.handler(({ input, context }) =>
      wallets.provePayment({ ...input, by: context.role }),
    ),
    verifyProof: handlers.verifyProof.handler(({ input }) => verifyProof(node, input.proof)),
    watch: handlers.watch.handler(({ input, context, signal }) =>
      watchWallet(node, input.name, { signal, ...context }),
    ),
  };
}

function paymentFacts({ wallet, payment }: PaymentConfirmation): Omit<OperationFacts, 'kind'> {
  const paid = receiversOf(payment.outputs);
  return {
    wallet,
    amount: outputSums(payment.outputs).paid,
    receivers: paid.length,
    receiver: paid[0]?.address ?? null,
  };
}

async function done(work: Promise<void> | void): Promise<Record<string, never>> {
  await work;
  return {};
}

// A compromised page must not be able to spend: under Electron only the native dialog confirms (docs/architecture.md).
function rejectFromWindow(context: ApiContext, code: string): void {
  if (context.role === 'window') throw new KithError(code);
}

function watchWallet(
  node: NodeFacade,
  name: string,
  reader: { signal: AbortSignal | undefined; congested(): boolean },
): AsyncGenerator<WalletView, void> {
  const { wallets, chain } = node;
  let revision = 0;
  let shown = '';
  const read = async (): Promise<WalletView> => {
    // Checked first, so that an unknown name gets its own code.
    const balance = await wallets.balance(name);
    const newest = [...(await wallets.history({ name, limit: HISTORY_LIMIT }))];
    const text = JSON.stringify(newest);
    if (text !== shown) revision++;
    shown = text;
    const locked = wallets.list().find((wallet) => wallet.name === name)?.locked ?? true;
    return { name, locked, balance, revision, search: wallets.search(name), latest: newest };
  };
  const subscribe = (wake: () => void) => {
    // A new block changes confirmations without touching the wallet.
    const offs = [wallets.onChanged((changed) => void (changed === name && wake())), chain.onConnected(wake)];
    return () => offs.forEach((off) => off());
  };
  return latest({ read, subscribe, intervalMs: 500, pollMs: 5000 }, reader);
}
