import type { Faster } from '../../shared/contract/vocabulary.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import { formatKith, type Height, type Motes } from '../../shared/units.ts';
import { DUST, REPLACEMENT_INCREMENT } from '../core/policy/policy-limits.ts';
import type { Output } from '../core/primitives/coin.ts';
import { outpointKey } from '../core/primitives/outpoint.ts';
import { KithError } from '../lib/errors.ts';
import { seededRandom } from '../lib/random.ts';
import { type AssembledPayment, assemblePayment, inheritedExpiry } from './assemble-payment.ts';
import { sortCoins } from './balance.ts';
import {
  type Everything,
  isSelectionProblem,
  selectAll,
  selectCoins,
  type Selection,
  type SelectionProblem,
} from './coin-selection.ts';
import { CHAIN } from './key-path.ts';
import { baseBytes, feeFor } from './payment-size.ts';
import { parentsOf, paymentStates } from './payment-state.ts';
import { checkFeerate, lifetimeOf, type Plan, type PlanContext } from './plan-payment.ts';
import { choiceOfCoin, type CoinChoice } from './spendable-coins.ts';
import type { UnconfirmedRecord } from './wallet-records.ts';

export interface FasterRequest {
  readonly txid: string;
  readonly how: Faster;
  /** In motes per byte; the default is the rate for the next block. */
  readonly feerate: number;
}

export interface FasterContext extends PlanContext {
  /** The fee of a transaction in the mempool, in motes; undefined if it is not there. */
  readonly feeOf: (txid: string) => Motes | undefined;
}

/**
 * Plans the replacement of a pending payment, or a payment that spends an incoming one and pays the fee for both;
 * changes nothing.
 * @throws {KithError} `wallet-not-pending`, `wallet-not-own`, `wallet-not-incoming`, `wallet-replace-spent`,
 *   `wallet-replace-funds`, `wallet-feerate`
 */
export function planFaster(context: FasterContext, request: FasterRequest): Plan {
  const record = pendingRecord(context, request.txid);
  checkFeerate(request.feerate, context.floor);
  if (request.how === 'bump') return planBump(context, request, record);
  if (record.inputs.length !== record.tx.inputs.length) throw new KithError('wallet-not-own');
  checkUnspent(context, record);
  return planReplacement(context, request, record);
}

function pendingRecord({ wallet: { ledger } }: FasterContext, txid: string): UnconfirmedRecord {
  const record = ledger.unconfirmed.get(txid);
  if (record === undefined || paymentStates(ledger).get(txid) !== 'live')
    throw new KithError('wallet-not-pending');
  return record;
}

/** A later payment of this wallet would be lost with the payment that it spends. */
function checkUnspent({ wallet: { ledger } }: FasterContext, record: UnconfirmedRecord): void {
  const states = paymentStates(ledger);
  for (const [txid, each] of ledger.unconfirmed)
    if (states.get(txid) === 'live' && parentsOf(each, ledger).includes(record))
      throw new KithError('wallet-replace-spent');
}

function planReplacement(context: FasterContext, request: FasterRequest, record: UnconfirmedRecord): Plan {
  const { wallet, network } = context;
  const tip = wallet.ledger.syncedTo.height;
  const oldFee = feeOfOwn(record);
  const paid = request.how === 'cancel' ? [] : paidOutputs(record);
  const lock = wallet.keyring.lock(wallet.changeKey());
  const shape = { validFrom: tip, expires: tip + lifetimeOf(network), outputs: paid };
  const goal = {
    baseBytes: baseBytes(request.how === 'cancel' ? { ...shape, outputs: [lock] } : shape),
    baseBytesWithChange: baseBytes({ ...shape, outputs: [...paid, lock] }),
    laterFeerate: context.laterFeerate,
  };
  const own = ownCoins(context, record);
  const others = sortCoins(wallet.ledger, network.params.maturity).confirmed.map((coin) =>
    choiceOfCoin(coin, false, undefined),
  );
  const select = (feerate: number): Selection<CoinChoice> | Everything<CoinChoice> | SelectionProblem => {
    if (request.how === 'cancel') return selectAll(own, { ...goal, feerate });
    const target = paid.reduce((sum, { amount }) => sum + amount, 0);
    const random = seededRandom(`${context.drawSeed} ${target} ${feerate}`);
    return selectCoins([...own, ...others], { ...goal, feerate, target }, random);
  };
  const selection = payingEnough(select, request.feerate, oldFee);
  const { coins: inputs, fee } = selection;
  const sum = inputs.reduce((total, { amount }) => total + amount, 0);
  const change = request.how === 'cancel' ? ((sum - fee) as Motes) : selection.change;
  const assembled = assemblePayment(
    {
      validFrom: tip,
      expires: inheritedExpiry(inputs, shape.expires),
      inputs,
      paid,
      change: { ...lock, amount: change },
      fee,
    },
    network.hrp,
    context.random,
  );
  return finish(assembled, inputs, request.txid, [replacementNotice(request, fee - oldFee)]);
}

/** Selects at a fee rate high enough that the mempool accepts the replacement (protocol.md §18). */
function payingEnough<S extends Selection<CoinChoice>>(
  select: (feerate: number) => S | SelectionProblem,
  wanted: number,
  oldFee: number,
): S {
  let feerate = wanted;
  // More coins make it larger, and a larger one must pay more: a few rounds settle it.
  for (let round = 0; round < 10; round++) {
    const selection = select(feerate);
    if (isSelectionProblem(selection)) {
      const data = 'needed' in selection ? { needed: selection.needed, available: selection.available } : {};
      throw new KithError('wallet-replace-funds', undefined, { data });
    }
    const least = oldFee + REPLACEMENT_INCREMENT * selection.bytes;
    if (selection.fee >= least) return selection;
    feerate = Math.max(feerate * 1.01, least / selection.bytes);
  }
  throw new KithError('wallet-replace-funds');
}

function planBump(context: FasterContext, { txid, feerate }: FasterRequest, record: UnconfirmedRecord): Plan {
  const { wallet, network } = context;
  const { incoming } = sortCoins(wallet.ledger, network.params.maturity);
  const coins = incoming
    .filter(({ key }) => key.startsWith(txid))
    .map((coin) => choiceOfCoin(coin, true, undefined));
  const parentFee = context.feeOf(txid);
  if (coins.length === 0 || parentFee === undefined) throw new KithError('wallet-not-incoming');
  const tip = wallet.ledger.syncedTo.height;
  const lock = wallet.keyring.lock(wallet.changeKey());
  const expires = inheritedExpiry(coins, tip + lifetimeOf(network));
  const base = baseBytes({ validFrom: tip, expires, outputs: [lock] });
  const alone = selectAll(coins, { feerate: context.floor, baseBytes: base, baseBytesWithChange: base });
  const value = coins.reduce((sum, { amount }) => sum + amount, 0);
  if (isSelectionProblem(alone)) throw new KithError('wallet-not-incoming');
  // The fee of both together reaches the rate for the size of both.
  const fee = Math.max(alone.fee, feeFor(alone.bytes + record.tx.bytes.length, feerate) - parentFee) as Motes;
  if (value - fee < DUST)
    throw new KithError('wallet-replace-funds', undefined, {
      data: { needed: fee + DUST, available: value },
    });
  const change: Output = { ...lock, amount: (value - fee) as Motes };
  const assembled = assemblePayment(
    { validFrom: tip, expires, inputs: coins, paid: [], change, fee },
    network.hrp,
    context.random,
  );
  return finish(assembled, coins, null, [
    {
      code: 'pays-for-parent',
      message: `This payment to yourself spends the incoming payment. Its fee of ${formatKith(fee)} KITH pays for both, so a miner gains by including both. You receive ${formatKith(fee)} KITH less.`,
    },
  ]);
}

function finish(
  { unsigned, view }: AssembledPayment,
  inputs: readonly CoinChoice[],
  replaces: string | null,
  warnings: Notice[],
): Plan {
  return { unsigned, inputs, view: { ...view, replaces, warnings } };
}

function replacementNotice({ how }: FasterRequest, more: number): Notice {
  const price = `The fee is ${formatKith(more)} KITH higher.`;
  return how === 'cancel'
    ? {
        code: 'cancels-payment',
        message: `${price} Until a block contains this transaction, a miner can still include the payment that it cancels. Most nodes then have only this one, because it pays more.`,
      }
    : {
        code: 'replaces-payment',
        message: `${price} Only one of the two payments can be in a block, so the receiver is paid once.`,
      };
}

/** The fee of a payment all of whose inputs are this wallet's, in motes. */
function feeOfOwn({ tx, inputs }: UnconfirmedRecord): number {
  const spent = inputs.reduce((sum, { coin }) => sum + coin.amount, 0);
  return spent - tx.outputs.reduce((sum, { amount }) => sum + amount, 0);
}

/** Its outputs but for the change. */
function paidOutputs({ tx, outputs }: UnconfirmedRecord): Output[] {
  const change = new Set(
    outputs.filter(({ keyPath }) => keyPath.chain === CHAIN.change).map(({ index }) => index),
  );
  return tx.outputs.filter((_, index) => !change.has(index));
}

/** The coins of the payment, which its replacement must spend too. */
function ownCoins({ wallet: { ledger } }: FasterContext, { tx, inputs }: UnconfirmedRecord): CoinChoice[] {
  return inputs.map(({ index, coin }) => {
    const outpoint = tx.inputs[index]!;
    const key = outpointKey(outpoint);
    const parent = ledger.unconfirmed.get(key.slice(0, 64));
    const expiry: Height | null = parent === undefined ? null : parent.tx.expires;
    return choiceOfCoin({ key, coin, inheritedExpiry: expiry }, true, undefined);
  });
}
