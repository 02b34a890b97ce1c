import type { Faster } from '../../../shared/contract/vocabulary.ts';
import type { Notice } from '../../../shared/contract/fields.ts';
import { receiversOf } from '../../../shared/payment-outputs.ts';
import { formatKith, type Height, type Motes } from '../../../shared/units.ts';
import { DUST, REPLACEMENT_INCREMENT } from '../../core/policy/policy-limits.ts';
import type { Lock, Output } from '../../core/primitives/coin.ts';
import { outpointKey } from '../../core/primitives/outpoint.ts';
import { KithError } from '../../lib/errors.ts';
import { seededRandom } from '../../lib/random.ts';
import { type AssembledPayment, assemblePayment, inheritedExpiry } from './assemble-payment.ts';
import { sortCoins } from '../ledger/balance.ts';
import { noOrigin } from './coin-origins.ts';
import {
  isSelectionProblem,
  selectAll,
  selectCoins,
  type Selection,
  type SelectionProblem,
} from './coin-selection.ts';
import { baseBytes, feeFor } from './payment-size.ts';
import { isSpentByLivePayment, paymentStates } from '../ledger/payment-state.ts';
import type { FeeAndSize, WalletMempool } from '../ledger/ports.ts';
import { feeWarnings } from './warnings.ts';
import { checkFeerate, lifetimeOf, type Plan, type PlanContext } from './plan-payment.ts';
import { choiceOfCoin, type CoinChoice, paidOutputs } from './spendable-coins.ts';
import type { UnconfirmedRecord } from '../ledger/wallet-records.ts';

export interface FasterRequest {
  readonly txid: string;
  readonly how: Faster;
  /** In motes per byte; the default is the rate for the next block. */
  readonly feerate: number;
}

/** A plan, and the fee rates by which its odds are estimated, in motes per byte. */
export interface FasterPlan extends Plan {
  /** Of the planned payment: alone, or with its unconfirmed ancestors if that is lower. */
  readonly minedRate: number;
  /** The same of the payment that it replaces; null for a bump. */
  readonly replacedRate: number | null;
}

export interface FasterContext extends PlanContext {
  /** A transaction of the mempool with its relatives there; undefined if it is not there. */
  readonly entryOf: WalletMempool['get'];
}

/**
 * Plans the replacement of a pending payment, or a payment that spends an incoming one and pays the fee for both;
 * changes nothing.
 * @throws {KithError} `wallet-not-pending`, `wallet-not-own`, `wallet-not-incoming`, `wallet-replace-spent`,
 *   `wallet-replace-funds`, `wallet-feerate`
 */
export function planFaster(context: FasterContext, request: FasterRequest): FasterPlan {
  const record = pendingRecord(context, request.txid);
  checkFeerate(request.feerate, context.floor);
  if (request.how === 'bump') return planBump(context, request, record);
  if (record.inputs.length !== record.tx.inputs.length) throw new KithError('wallet-not-own');
  // A later payment of this wallet would be lost with the payment that it spends.
  if (isSpentByLivePayment(record, context.wallet.ledger)) throw new KithError('wallet-replace-spent');
  return planReplacement(context, request, record);
}

function pendingRecord({ wallet: { ledger } }: FasterContext, txid: string): UnconfirmedRecord {
  const record = ledger.unconfirmed.get(txid);
  if (record === undefined || paymentStates(ledger).get(txid) !== 'live')
    throw new KithError('wallet-not-pending');
  return record;
}

function planReplacement(
  context: FasterContext,
  request: FasterRequest,
  record: UnconfirmedRecord,
): FasterPlan {
  const { wallet, network, random } = context;
  const tip = wallet.ledger.syncedTo.height;
  const paid = request.how === 'cancel' ? [] : paidOutputs(record);
  const lock = wallet.keyring.lock(wallet.changeKey());
  const selection = selectEnough(context, request, { record, paid, lock });
  const { coins: inputs, fee } = selection;
  const sum = inputs.reduce((total, { amount }) => total + amount, 0);
  const change = { ...lock, amount: paid.length === 0 ? ((sum - fee) as Motes) : selection.change };
  const expires = inheritedExpiry(inputs, replacedExpiry(record, tip + lifetimeOf(network)));
  const { witnessBytes } = wallet.keyring;
  const parts = { validFrom: tip, expires, inputs, paid, change, fee, coinsChosen: false, witnessBytes };
  const assembled = assemblePayment(parts, network.hrp, random);
  const more = fee - feeOfOwn(record);
  const notice = replacementNotice(request, more, forAncestors(context, { request, record, selection }));
  const ancestors = ancestorsOf(context, record);
  const size = assembled.unsigned.bytes.length;
  return {
    ...finish(context, assembled, { inputs, replaces: request.txid, notice }),
    minedRate: rateWith(ancestors, { fee, size }),
    replacedRate: rateWith(ancestors, { fee: feeOfOwn(record), size: record.tx.bytes.length }),
  };
}

const NOTHING: FeeAndSize = { fee: 0, size: 0 };

/** The unconfirmed ancestors of a payment, without itself. Its replacement has the same. */
function ancestorsOf({ entryOf }: FasterContext, record: UnconfirmedRecord): FeeAndSize {
  const sums = entryOf(record.tx.txidHex)?.ancestors;
  if (sums === undefined) return NOTHING;
  return { fee: sums.fee - feeOfOwn(record), size: sums.size - record.tx.bytes.length };
}

/** The fee rate of a payment, or of it and its ancestors together if that is lower. */
const rateWith = (ancestors: FeeAndSize, { fee, size }: FeeAndSize): number =>
  Math.min(fee / size, (fee + ancestors.fee) / (size + ancestors.size));

/** No earlier than that of the replaced payment, so that its coins are not free while it could still be mined. */
function replacedExpiry({ tx: { expires } }: UnconfirmedRecord, usual: Height): Height {
  return expires === 0 ? 0 : Math.max(expires, usual);
}

interface ReplacementParts {
  readonly record: UnconfirmedRecord;
  readonly paid: readonly Output[];
  readonly lock: Lock;
}

/** Selects coins at a fee rate high enough that the mempool accepts the replacement (protocol.md §18). */
function selectEnough(
  context: FasterContext,
  request: FasterRequest,
  { record, paid, lock }: ReplacementParts,
): Selection<CoinChoice> {
  const select = coinSelector(context, { record, paid, lock });
  const oldFee = feeOfOwn(record);
  const evictedFees = Math.max(oldFee, context.entryOf(request.txid)?.descendants.fee ?? 0);
  let { feerate } = request;
  // More coins make it larger, and a larger one must pay more: a few rounds settle it.
  for (let round = 0; round < 10; round++) {
    const selection = select(feerate);
    if (isSelectionProblem(selection)) {
      const data = 'needed' in selection ? { needed: selection.needed, available: selection.available } : {};
      throw new KithError('wallet-replace-funds', undefined, { data });
    }
    const { bytes, fee } = selection;
    const forBandwidth = evictedFees + REPLACEMENT_INCREMENT * bytes;
    const perByte = Math.floor((oldFee * bytes) / record.tx.bytes.length) + 1;
    const forPackage = feeFor(bytes, request.feerate) + ancestorDeficit(context, request, record);
    const least = Math.max(forBandwidth, perByte, forPackage);
    if (fee >= least) return selection;
    feerate = Math.max(feerate * 1.01, least / bytes);
  }
  throw new KithError('wallet-replace-funds');
}

/**
 * What the unconfirmed ancestors of a payment lack, in motes, to reach the fee rate. A miner must include them before it, so
 * without this fee it would wait as long as they do.
 */
function ancestorDeficit(
  context: FasterContext,
  { feerate }: FasterRequest,
  record: UnconfirmedRecord,
): number {
  const { fee, size } = ancestorsOf(context, record);
  return Math.max(0, feeFor(size, feerate) - fee);
}

/**
 * How much of the raise pays for the ancestors: what they lack, less what the replaced payment paid above the fee rate, and
 * no more than the raise.
 */
function forAncestors(
  context: FasterContext,
  parts: {
    readonly request: FasterRequest;
    readonly record: UnconfirmedRecord;
    readonly selection: Pick<Selection<CoinChoice>, 'bytes' | 'fee'>;
  },
): number {
  const { request, record, selection } = parts;
  const forItself = feeFor(selection.bytes, request.feerate);
  const oldFee = feeOfOwn(record);
  const needed = forItself + ancestorDeficit(context, request, record) - Math.max(oldFee, forItself);
  return Math.max(0, Math.min(selection.fee - oldFee, needed));
}

/** Selects the coins of a replacement at a fee rate: those of the replaced payment, and confirmed ones if needed. */
function coinSelector(context: FasterContext, { record, paid, lock }: ReplacementParts) {
  const { wallet, network, laterFeerate, drawSeed } = context;
  const tip = wallet.ledger.syncedTo.height;
  const shape = { validFrom: tip, expires: replacedExpiry(record, tip + lifetimeOf(network)) };
  const withoutChange = baseBytes({ ...shape, outputs: paid.length === 0 ? [lock] : paid });
  const base = {
    witnessBytes: wallet.keyring.witnessBytes,
    baseBytes: withoutChange,
    baseBytesWithChange: baseBytes({ ...shape, outputs: [...paid, lock] }),
  };
  const own = ownCoins(context, record);
  const { confirmed } = sortCoins(wallet, network.params.maturity);
  // One list for all rounds, because each list is indexed once.
  const coins = [...own, ...confirmed.map((coin) => choiceOfCoin(coin, false, noOrigin))];
  const target = paid.reduce((sum, { amount }) => sum + amount, 0);
  return (feerate: number): Selection<CoinChoice> | SelectionProblem => {
    if (paid.length > 0) {
      const random = seededRandom(`${drawSeed} ${target} ${feerate}`);
      return selectCoins(coins, { ...base, feerate, target, laterFeerate }, random);
    }
    const all = selectAll(own, { ...base, feerate });
    // What would be left is dust; no amount that the user could provide is missing.
    return isSelectionProblem(all) ? { problem: 'too-many-coins', maxAmount: 0 } : all;
  };
}

function planBump(
  context: FasterContext,
  { txid, feerate }: FasterRequest,
  record: UnconfirmedRecord,
): FasterPlan {
  const { wallet, network } = context;
  const { incoming } = sortCoins(wallet, network.params.maturity);
  const coins = incoming
    .filter(({ key }) => key.startsWith(record.tx.txidHex) && !wallet.file.frozen.has(key))
    .map((coin) => choiceOfCoin(coin, true, noOrigin));
  const parents = context.entryOf(txid)?.ancestors;
  if (coins.length === 0 || parents === undefined) throw new KithError('wallet-not-incoming');
  const tip = wallet.ledger.syncedTo.height;
  const lock = wallet.keyring.lock(wallet.changeKey());
  const expires = inheritedExpiry(coins, tip + lifetimeOf(network));
  const base = baseBytes({ validFrom: tip, expires, outputs: [lock] });
  const { witnessBytes } = wallet.keyring;
  const alone = selectAll(coins, {
    feerate: context.floor,
    baseBytes: base,
    baseBytesWithChange: base,
    witnessBytes,
  });
  if (isSelectionProblem(alone)) throw new KithError('wallet-not-incoming');
  const inputs = alone.coins;
  const value = inputs.reduce((sum, { amount }) => sum + amount, 0);
  // With this fee, the payment and all its unconfirmed ancestors together reach the rate.
  const fee = Math.max(alone.fee, feeFor(alone.bytes + parents.size, feerate) - parents.fee) as Motes;
  if (value - fee < DUST)
    throw new KithError('wallet-replace-funds', undefined, {
      data: { needed: fee + DUST, available: value },
    });
  const change: Output = { ...lock, amount: (value - fee) as Motes };
  const parts = { validFrom: tip, expires, inputs, paid: [], change, fee, coinsChosen: false, witnessBytes };
  const assembled = assemblePayment(parts, network.hrp, context.random);
  const notice = {
    code: 'pays-for-parent',
    message: `This payment to yourself spends the incoming payment. Its fee of ${formatKith(fee)} KITH pays for both, so a miner gains by including both. You receive ${formatKith(fee)} KITH less.`,
  };
  return {
    ...finish(context, assembled, { inputs, replaces: null, notice }),
    minedRate: rateWith(parents, { fee, size: assembled.unsigned.bytes.length }),
    replacedRate: null,
  };
}

/** Of a payment without receivers, the fee is compared with what it moves. */
function finish(
  context: FasterContext,
  { unsigned, view }: AssembledPayment,
  { inputs, replaces, notice }: { inputs: readonly CoinChoice[]; replaces: string | null; notice: Notice },
): Plan {
  const paid = receiversOf(view.outputs);
  const warnings = [notice, ...feeWarnings(context, view, paid.length === 0 ? view.inputs : paid)];
  return { unsigned, inputs, view: { ...view, replaces, warnings } };
}

function replacementNotice({ how }: FasterRequest, more: number, forParents: number): Notice {
  const ancestors =
    forParents === 0
      ? ''
      : ` ${formatKith(forParents)} KITH of it are for earlier payments that it spends and that are in no block yet: a miner must include them first.`;
  const price = `The fee is ${formatKith(more)} KITH higher.${ancestors}`;
  return how === 'cancel'
    ? {
        code: 'cancels-payment',
        message: `${price} Until a block contains this transaction, a miner can still include the payment that it cancels. Most nodes then have only this one, because it pays more.`,
      }
    : {
        code: 'replaces-payment',
        message: `${price} Only one of the two payments can be in a block.`,
      };
}

/** The fee of a payment all of whose inputs are this wallet's, in motes. */
function feeOfOwn({ tx, inputs }: UnconfirmedRecord): number {
  const spent = inputs.reduce((sum, { coin }) => sum + coin.amount, 0);
  return spent - tx.outputs.reduce((sum, { amount }) => sum + amount, 0);
}

/** The coins of the payment, which its replacement must spend too. */
function ownCoins({ wallet: { ledger } }: FasterContext, { tx, inputs }: UnconfirmedRecord): CoinChoice[] {
  return inputs.map(({ index, coin }) => {
    const outpoint = tx.inputs[index]!;
    const key = outpointKey(outpoint);
    const parent = ledger.unconfirmed.get(key.slice(0, 64));
    const expiry: Height | null = parent === undefined ? null : parent.tx.expires;
    return choiceOfCoin({ key, coin, inheritedExpiry: expiry }, true, noOrigin);
  });
}
