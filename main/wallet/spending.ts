import type { Clock } from '../lib/clock.ts';
import type { Role } from '../../shared/contract/vocabulary.ts';
import type { DraftPayment, Quote } from '../../shared/contract/payment.ts';
import { outputSums, receiversOf } from '../../shared/payment-outputs.ts';
import { toHex } from '../core/codec/hex.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import type { Random } from '../lib/random.ts';
import { createBreathe } from '../lib/turns.ts';
import type { Access } from './open/access.ts';
import { withContacts } from './contacts/contact-index.ts';
import { coinIndex } from './payments/coin-index.ts';
import { originsOf } from './payments/coin-origins.ts';
import { createDrafts, type Draft, type Drafts } from './payments/drafts.ts';
import type { KeySecrets } from './secrets/key-secrets.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import { type ConsolidationRequest, planConsolidation } from './payments/plan-consolidation.ts';
import { type FirstPayment, paymentOdds } from './payments/payment-odds.ts';
import { type FasterPlan, type FasterRequest, planFaster } from './payments/plan-faster.ts';
import { type Plan, planPayment } from './payments/plan-payment.ts';
import { type PastPayments, readPastPayments } from './payments/recent-payments.ts';
import type { WalletChain, WalletContacts, WalletMempool } from './ledger/ports.ts';
import { sortCoins } from './ledger/balance.ts';
import { freeCoins } from './payments/spendable-coins.ts';
import { type PaymentRequest, readAddress } from './payments/receivers.ts';
import { createSendDraft, type SendDeps, sendPayment, type Sent } from './send-payment.ts';
import type { WalletData } from './ledger/wallet-data.ts';

/**
 * Makes payments, from the plan to the mempool. A refusal by the mempool is returned as a violation; other failures are
 * thrown.
 */
export interface Spending {
  /** Plans a payment. Throws what planPayment throws. */
  prepare(wallet: OpenWallet, request: PaymentRequest): Promise<DraftPayment>;
  /** What a payment would cost; keeps no draft. Throws what planPayment throws. */
  quote(wallet: OpenWallet, request: PaymentRequest): Promise<Quote>;
  /** Prepares a replacement of a pending payment, or a bump of an incoming one. Throws what planFaster throws. */
  prepareFaster(
    wallet: OpenWallet,
    request: Omit<FasterRequest, 'feerate'> & { readonly feerate?: number | undefined },
  ): Promise<DraftPayment>;
  /** A draft that can still be confirmed, and its wallet. @throws {KithError} `wallet-draft-unknown` */
  find(id: string): { readonly wallet: OpenWallet; readonly draft: Draft };
  /** Stores and submits a payment that was signed elsewhere. Must be called inside the queue. */
  sendSigned(wallet: OpenWallet, tx: Transaction): Promise<Sent | Violation>;
  /** Prepares a payment that combines coins into one. Throws what planConsolidation throws. */
  prepareConsolidation(wallet: OpenWallet, request: ConsolidationRequest): Promise<DraftPayment>;
  /** A draft that can still be confirmed, as the user saw it. */
  draft(id: string): { readonly wallet: string; readonly payment: DraftPayment } | undefined;
  /**
   * Sends a draft.
   * @throws {KithError} `wallet-draft-unknown`, `wallet-draft-stale`, and what Access throws
   */
  confirm(draft: string, password: string, by: Role): Promise<Sent | Violation>;
  /**
   * Sends a draft of an unlocked wallet. For the native dialog, which no page controls.
   * @throws {KithError} `wallet-locked`
   */
  confirmUnlocked(draft: string): Promise<Sent | Violation>;
}

export interface SpendingDeps extends SendDeps {
  readonly mempool: Pick<WalletMempool, 'submit' | 'summary' | 'feerates' | 'odds' | 'get'>;
  readonly chain: Pick<WalletChain, 'nextRules'>;
  readonly access: Access;
  readonly contacts: WalletContacts;
  readonly signingSecrets: (wallet: OpenWallet) => KeySecrets | null;
  readonly data: Pick<WalletData, 'newest'>;
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'soon'>;
  readonly random: Random;
  /** How fast a payment reached the peers; null if that was not measured: it was not sent since the start, or without a peer. */
  readonly spreadOf: (
    txid: string,
  ) => (NonNullable<FirstPayment['spread']> & { readonly measured: boolean }) | null;
  readonly walletById: (id: string) => OpenWallet | undefined;
}

/** How long planning may take before other work gets its turn. */
const MOST_MS = 10;

export function createSpending(deps: SpendingDeps): Spending {
  const { clock, random, contacts } = deps;
  const send = createSendDraft(deps);
  const drafts = createDrafts({ clock, random });
  /** Confirmed drafts that are not among the payments of their wallets yet. */
  const beingSent = new Set<Draft>();

  const walletOf = ({ wallet }: Draft): OpenWallet => deps.walletById(wallet) ?? refuseDraft();

  const confirming = async (
    id: string,
    work: (wallet: OpenWallet, draft: Draft) => Promise<Sent | Violation>,
  ): Promise<Sent | Violation> => {
    const draft = drafts.take(id);
    beingSent.add(draft);
    try {
      const result = await work(walletOf(draft), draft);
      if (!isViolation(result)) await contacts.paid(addressesOf(draft));
      return result;
    } finally {
      beingSent.delete(draft);
    }
  };

  return {
    ...createPreparing(deps, drafts, beingSent),
    find: (id) => foundDraft(drafts, id, walletOf),
    sendSigned: createSendSigned(deps),
    draft(id) {
      const draft = drafts.find(id);
      return draft && { wallet: walletOf(draft).name, payment: shown(draft, contacts) };
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
          return await send(wallet, draft, secrets);
        } finally {
          secrets.wipe();
        }
      }),
    confirmUnlocked: (id) =>
      confirming(id, async (wallet, draft) => {
        const secrets = deps.signingSecrets(wallet);
        if (secrets !== null) return send(wallet, draft, secrets);
        drafts.putBack(draft);
        throw new KithError('wallet-locked', undefined, { data: { name: wallet.name } });
      }),
  };
}

function refuseDraft(): never {
  throw new KithError('wallet-draft-unknown');
}

function createSendSigned(deps: SpendingDeps): Spending['sendSigned'] {
  const { network, contacts } = deps;
  return async (wallet, tx) => {
    const result = await sendPayment(deps, wallet, { tx, replaces: null });
    // Not awaited: this runs in the queue of the wallets, for which a change of a contact may wait.
    if (!isViolation(result))
      void contacts.paid(tx.outputs.map((output) => encodeAddress(network.hrp, output)));
    return result;
  };
}

function foundDraft(drafts: Drafts, id: string, walletOf: (draft: Draft) => OpenWallet) {
  const draft = drafts.find(id);
  if (draft === undefined) throw new KithError('wallet-draft-unknown');
  return { wallet: walletOf(draft), draft };
}

/** Plans payments, and keeps their drafts. */
function createPreparing(
  { network, chain, mempool, queue, clock, random, data, contacts, spreadOf }: SpendingDeps,
  drafts: Drafts,
  beingSent: ReadonlySet<Draft>,
): Pick<Spending, 'quote' | 'prepare' | 'prepareFaster' | 'prepareConsolidation'> {
  const kept = { drafts, contacts };
  const drawSeed = toHex(random.bytes(16));
  const planContext = (wallet: OpenWallet) => {
    const { floor } = mempool.summary();
    const { soon: defaultFeerate, today: laterFeerate } = mempool.feerates();
    const allowsPolicyLocks = chain.nextRules().policyLock;
    const fees = { floor, defaultFeerate, laterFeerate };
    return { wallet, network, contacts, allowsPolicyLocks, ...fees, random, drawSeed };
  };

  const measuredSpread = (txid: string): FirstPayment['spread'] => {
    const spread = spreadOf(txid);
    return spread?.measured === true ? spread : null;
  };
  const oddsOf = ({ minedRate, replacedRate }: FasterPlan, spread: FirstPayment['spread'] | undefined) =>
    paymentOdds({
      feerate: minedRate,
      mined: mempool.odds(minedRate),
      first:
        spread === undefined || replacedRate === null
          ? undefined
          : { mined: mempool.odds(replacedRate), spread, spacing: network.params.spacing },
    });

  const breathe = createBreathe(clock, MOST_MS);
  /** Sorts the coins step by step, so that 50 000 of them do not block the node. The plan finds them sorted. */
  const sortFirst = async (wallet: OpenWallet): Promise<void> => {
    const { maturity } = network.params;
    await breathe();
    sortCoins(wallet, maturity);
    await breathe();
    const { preferred } = freeCoins(wallet, maturity, originsOf({ wallet, network, contacts }));
    await breathe();
    coinIndex(preferred);
    await breathe();
  };

  return {
    quote: (wallet, request) =>
      queue.run(async () => {
        await sortFirst(wallet);
        return quoteOf(planPayment({ ...planContext(wallet), ...NO_PAST }, request).view);
      }),
    prepare: (wallet, request) =>
      queue.run(async () => {
        await sortFirst(wallet);
        const past = await readPastPayments({ hrp: network.hrp, data, clock }, wallet, beingSent);
        const plan = planPayment({ ...planContext(wallet), ...past }, request);
        const addressLabels = labelsOf(network.hrp, request);
        return addDraft(kept, wallet, plan, { label: request.label ?? '', addressLabels, isBump: false });
      }),
    prepareFaster: (wallet, { txid, how, feerate = mempool.feerates().next }) =>
      queue.run(() => {
        const plan = planFaster(
          { ...planContext(wallet), ...NO_PAST, entryOf: mempool.get },
          { txid, how, feerate },
        );
        const odds = oddsOf(plan, how === 'cancel' ? measuredSpread(txid) : undefined);
        const label = how === 'speed-up' ? (wallet.file.labels.get(txid) ?? '') : '';
        const withOdds = { ...plan, view: { ...plan.view, odds } };
        return Promise.resolve(
          addDraft(kept, wallet, withOdds, { label, addressLabels: NO_LABELS, isBump: how === 'bump' }),
        );
      }),
    prepareConsolidation: (wallet, request) =>
      queue.run(async () => {
        await sortFirst(wallet);
        const plan = planConsolidation({ ...planContext(wallet), ...NO_PAST }, request);
        return addDraft(kept, wallet, plan, { label: '', addressLabels: NO_LABELS, isBump: false });
      }),
  };
}

function addDraft(
  { drafts, contacts }: { readonly drafts: Drafts; readonly contacts: WalletContacts },
  wallet: OpenWallet,
  { unsigned, inputs, view }: Plan,
  facts: Pick<Draft, 'label' | 'addressLabels' | 'isBump'>,
): DraftPayment {
  return shown(drafts.add({ wallet: wallet.id, unsigned, inputs, view, ...facts }), contacts);
}

/** A draft as the user sees it, with the contacts as they are named now. */
const shown = ({ id, view }: Draft, contacts: WalletContacts): DraftPayment => ({
  draft: id,
  ...view,
  outputs: withContacts(view.outputs, contacts),
});

const addressesOf = ({ view }: Draft): string[] => receiversOf(view.outputs).map(({ address }) => address);

const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** The labels of the receivers by their addresses in canonical form. */
function labelsOf(hrp: string, { to }: PaymentRequest): ReadonlyMap<string, string> {
  const labelled = to.filter(({ label = '' }) => label !== '');
  return new Map(
    labelled.map(({ address, label = '' }) => [encodeAddress(hrp, readAddress(hrp, address, true)), label]),
  );
}

/** A quote has no warnings, so it reads no earlier payments. */
const NO_PAST: PastPayments = { knownAddresses: new Set(), paidAddresses: new Set(), recent: [] };

function quoteOf({ fee, feerate, inputs, outputs }: Omit<DraftPayment, 'draft'>): Quote {
  const { paid, change } = outputSums(outputs);
  return { amount: paid, fee, feerate, change, inputs: inputs.length };
}
