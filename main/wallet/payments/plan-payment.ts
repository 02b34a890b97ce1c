import type { DraftPayment } from '../../../shared/contract/payment.ts';
import type { Height, Motes } from '../../../shared/units.ts';
import { EXPIRY_MARGIN } from '../../core/policy/policy-limits.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import type { Candidate } from './candidate.ts';
import {
  type Everything,
  type Goal,
  isSelectionProblem,
  selectAll,
  selectCoins,
  type Selection,
  type SelectionProblem,
} from './coin-selection.ts';
import { baseBytes, feeFor, MAX_FEERATE } from './payment-size.ts';
import { KithError } from '../../lib/errors.ts';
import { type Random, seededRandom } from '../../lib/random.ts';
import { assemblePayment, inheritedExpiry } from './assemble-payment.ts';
import { originsOf } from './coin-origins.ts';
import { isLocked, sortCoins, type Spendable, sumOf } from '../ledger/balance.ts';
import { type CoinChoice, offeredCoins } from './spendable-coins.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import type { WalletContacts, WalletNetwork } from '../ledger/ports.ts';
import { type PaymentRequest, type Receiver, readReceivers } from './receivers.ts';
import { findRepeated, type RecentPayment } from './recent-payments.ts';
import { paymentWarnings } from './warnings.ts';

export interface PlanContext {
  readonly wallet: OpenWallet;
  readonly network: WalletNetwork;
  readonly contacts: WalletContacts;
  /** Whether the next block enforces policy locks, so that they can be paid. */
  readonly allowsPolicyLocks: boolean;
  /** The lowest fee rate that is relayed now, in motes per byte. The default when the request has no fee rate. */
  readonly floor: number;
  readonly defaultFeerate: number;
  /** The fee rate of a payment that may wait for a day. Coins that need not be spent now can be spent at it later. */
  readonly laterFeerate: number;
  /** Addresses that the user has paid before or that have a label. */
  readonly knownAddresses: Iterable<string>;
  /** Addresses that this wallet has paid. */
  readonly paidAddresses: ReadonlySet<string>;
  /** Payments of the last 30 minutes, and payments that are being sent. */
  readonly recent: readonly RecentPayment[];
  readonly random: Pick<Random, 'number'>;
  /** A secret of this run of the node, so that no observer can predict which coins a draw selects. */
  readonly drawSeed: string;
}

/** A planned payment: the transaction to sign, and what the user must see before confirming it. */
export interface Plan {
  readonly unsigned: Transaction;
  readonly inputs: readonly CoinChoice[];
  readonly view: Omit<DraftPayment, 'draft'>;
}

const SECONDS_PER_DAY = 86_400;
const MIN_LIFETIME = 100;
const LAST_HEIGHT = 0xffff_ffff;

/**
 * Plans a payment; changes nothing.
 * @throws {KithError} `address-…`, `wallet-dust`, `wallet-amount`, `wallet-feerate`, `wallet-expires`, `wallet-funds`,
 *   `wallet-funds-frozen`, `wallet-funds-waiting`, `wallet-funds-incoming`, `wallet-funds-immature`, `wallet-reading`,
 *   `wallet-no-funds`, `wallet-coin-unknown`, `wallet-coin-frozen`, `wallet-coin-waiting`, `wallet-too-many-coins`,
 *   `wallet-too-many-selected`
 */
export function planPayment(context: PlanContext, request: PaymentRequest): Plan {
  const { wallet, network } = context;
  const tip = wallet.ledger.syncedTo.height;
  const receivers = readReceivers(network, request, context.allowsPolicyLocks);
  const feerate = checkFeerate(request.feerate ?? context.defaultFeerate, context.floor);
  const wanted = checkExpires(request.expires ?? tip + lifetimeOf(network), tip);
  const originOf = originsOf(context);
  const offer = offeredCoins(wallet, network.params.maturity, {
    receivers,
    chosen: request.coins,
    originOf,
  });
  const lock = wallet.keyring.lock(wallet.changeKey());
  const shape = { validFrom: tip, expires: wanted, outputs: receivers.map((receiver) => receiver.lock) };
  const goal = {
    feerate,
    baseBytes: baseBytes(shape),
    baseBytesWithChange: baseBytes({ ...shape, outputs: [...shape.outputs, lock] }),
    laterFeerate: context.laterFeerate,
    witnessBytes: wallet.keyring.witnessBytes,
  };
  const select = (coins: readonly CoinChoice[]) => choose(coins, { receivers, goal, seed: context.drawSeed });
  const everything = [...offer.preferred, ...offer.unconfirmedChange];
  // A payment of the amount `all` spends the whole available balance. Other payments spend unconfirmed change only
  // if the confirmed coins are not enough.
  const preferred = select(receivers[0]?.amount === 'all' ? everything : offer.preferred);
  const selection = required(
    isSelectionProblem(preferred) && offer.unconfirmedChange.length > 0 ? select(everything) : preferred,
    context,
  );
  const expires = inheritedExpiry(selection.coins, wanted);
  const paid = receivers.map((receiver) => ({ ...receiver.lock, amount: amountOf(receiver, selection) }));
  const { coins: inputs, fee } = selection;
  const { unsigned, view } = assemblePayment(
    {
      validFrom: tip,
      expires,
      inputs,
      paid,
      change: { ...lock, amount: selection.change },
      fee,
      coinsChosen: request.coins !== undefined,
      witnessBytes: wallet.keyring.witnessBytes,
    },
    network.hrp,
    context.random,
  );
  const warnings = paymentWarnings(context, view, {
    spendsUnconfirmedChange: inputs.some((coin) => coin.inheritedExpiry !== null),
    payableTwice: offer.payableTwice(inputs),
    leftOut: selection.all?.aboveSizeLimit ?? [],
    uneconomic: selection.all?.uneconomic ?? [],
    addedToFee: selection.change > 0 ? 0 : fee - feeFor(unsigned.bytes.length, feerate),
    spendsAll: request.coins === undefined && selection.change === 0 && inputs.length === everything.length,
    repeatedAfter: findRepeated(paid, context.recent),
  });
  return { unsigned, inputs, view: { ...view, warnings } };
}

type ChosenCoins = Selection<CoinChoice> & { readonly all?: Everything<CoinChoice> };

interface SelectionRequest {
  readonly receivers: readonly Receiver[];
  readonly goal: Omit<Goal, 'target'>;
  readonly seed: string;
}

function choose(
  coins: readonly CoinChoice[],
  { receivers, goal, seed }: SelectionRequest,
): ChosenCoins | SelectionProblem {
  if (receivers[0]?.amount === 'all') {
    const everything = selectAll<CoinChoice>(coins, goal);
    if (isSelectionProblem(everything)) return everything;
    return { ...everything, all: everything };
  }
  const target = receivers.reduce((total, { amount }) => total + Number(amount), 0);
  // The same payment with the same coins selects the same ones again, so a quote is the fee that will be paid.
  const random = seededRandom(`${seed} ${target} ${goal.feerate}`);
  return selectCoins<CoinChoice>(coins, { ...goal, target }, random);
}

function required(selection: ChosenCoins | SelectionProblem, { wallet, network }: PlanContext): ChosenCoins {
  if (!isSelectionProblem(selection)) return selection;
  if (selection.problem === 'too-many-coins')
    throw new KithError('wallet-too-many-coins', undefined, { data: { most: selection.maxAmount } });
  if (selection.problem === 'too-many-required')
    throw new KithError('wallet-too-many-selected', undefined, { data: { most: selection.most } });
  const { needed, available } = selection;
  if (available === 0) throw nothingToSpend(wallet, network.params.maturity, needed);
  throw new KithError('wallet-funds', undefined, { data: { needed, available } });
}

/**
 * Why a wallet has nothing to spend: it is empty, it has not read the chain yet, or all its coins are frozen, pending
 * or immature.
 */
function nothingToSpend(wallet: OpenWallet, maturity: number, needed: number): KithError {
  const { ledger, name } = wallet;
  const { pendingChange, incoming, immature, frozen } = sortCoins(wallet, maturity);
  const { height } = ledger.syncedTo;
  const [code, amount, facts] =
    frozen.length > 0
      ? (['wallet-funds-frozen', sumOf(frozen), {}] as const)
      : pendingChange.length > 0
        ? (['wallet-funds-waiting', sumOf(pendingChange), {}] as const)
        : incoming.length > 0
          ? (['wallet-funds-incoming', sumOf(incoming), {}] as const)
          : immature.length > 0
            ? isLocked(ledger)
              ? (['wallet-funds-locked', sumOf(immature), { from: ledger.spendableFrom }] as const)
              : ([
                  'wallet-funds-immature',
                  sumOf(immature),
                  { matureAt: maturesAt(immature, maturity) },
                ] as const)
            : ledger.meta().restoring
              ? (['wallet-reading', undefined, { name, height }] as const)
              : (['wallet-no-funds', undefined, {}] as const);
  return new KithError(code, undefined, {
    data: { needed, ...(amount === undefined ? {} : { amount }), ...facts },
  });
}

/** The first height at which one of these rewards can be spent. */
function maturesAt(rewards: readonly Spendable[], maturity: number): Height {
  return Math.min(...rewards.map(({ coin }) => coin.height)) + maturity;
}

function amountOf(receiver: Receiver, selection: ChosenCoins): Motes {
  if (receiver.amount !== 'all') return receiver.amount;
  return (sum(selection.coins) - selection.fee) as Motes;
}

export function checkFeerate(feerate: number, floor: number): number {
  if (feerate >= floor && feerate <= MAX_FEERATE) return feerate;
  throw new KithError('wallet-feerate', undefined, { data: { least: floor, most: MAX_FEERATE } });
}

/** The lifetime of a payment without an expiry of its own, in blocks: a day. */
export function lifetimeOf({ params }: WalletNetwork): number {
  return Math.max(MIN_LIFETIME, Math.ceil(SECONDS_PER_DAY / params.spacing));
}

function checkExpires(expires: Height, tip: Height): Height {
  // Five blocks more than the policy needs, because blocks may arrive while the user decides.
  const least = tip + EXPIRY_MARGIN + 5;
  if (expires === 0 || (expires >= least && expires <= LAST_HEIGHT)) return expires;
  throw new KithError('wallet-expires', undefined, { data: { least, most: LAST_HEIGHT } });
}

const sum = (coins: readonly Candidate[]) => coins.reduce((total, coin) => total + coin.amount, 0);
