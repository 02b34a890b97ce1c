import type { Notice } from '../../../shared/contract/fields.ts';
import { group, type Motes } from '../../../shared/units.ts';
import { MAX_TRANSACTION_BYTES } from '../../core/primitives/limits.ts';
import { KithError } from '../../lib/errors.ts';
import { assemblePayment, inheritedExpiry } from './assemble-payment.ts';
import { sortCoins } from '../ledger/balance.ts';
import { coinIndex } from './coin-index.ts';
import { originsOf } from './coin-origins.ts';
import { isSelectionProblem, selectAll } from './coin-selection.ts';
import { baseBytes, inputBytes } from './payment-size.ts';
import { checkFeerate, lifetimeOf, type Plan, type PlanContext } from './plan-payment.ts';
import { choiceOfCoin, chosenCoins, type CoinChoice, freeCoins } from './spendable-coins.ts';
import { feeWarnings } from './warnings.ts';

export interface ConsolidationRequest {
  /** The coins that the user chose; undefined for the smallest. */
  readonly coins?: readonly { readonly txid: string; readonly index: number }[] | undefined;
  /** In motes per byte; the default is the rate of a payment that may wait for a day. */
  readonly feerate?: number | undefined;
}

/**
 * Plans a payment that combines coins into one of an own unused key; changes nothing.
 * @throws {KithError} `wallet-coins-few`, `wallet-feerate`, `wallet-coin-unknown`, `wallet-coin-frozen`,
 *   `wallet-coin-waiting`, `wallet-too-many-selected`
 */
export function planConsolidation(context: PlanContext, request: ConsolidationRequest): Plan {
  const { wallet, network, random } = context;
  const feerate = checkFeerate(request.feerate ?? context.laterFeerate, context.floor);
  const tip = wallet.ledger.syncedTo.height;
  const offered = coinsToCombine(context, request, feerate);
  const lock = wallet.keyring.lock(wallet.changeKey());
  const expires = inheritedExpiry(offered, tip + lifetimeOf(network));
  const base = baseBytes({ validFrom: tip, expires, outputs: [lock] });
  const { witnessBytes } = wallet.keyring;
  const all = selectAll(offered, {
    feerate,
    baseBytes: base,
    baseBytesWithChange: base,
    witnessBytes,
  });
  if (isSelectionProblem(all) && all.problem === 'too-many-required')
    throw new KithError('wallet-too-many-selected', undefined, { data: { most: all.most } });
  if (isSelectionProblem(all) || all.coins.length < 2) throw new KithError('wallet-coins-few');
  const { coins: inputs, fee } = all;
  const sum = inputs.reduce((total, { amount }) => total + amount, 0);
  const change = { ...lock, amount: (sum - fee) as Motes };
  const coinsChosen = request.coins !== undefined;
  const parts = { validFrom: tip, expires, inputs, paid: [], change, fee, coinsChosen, witnessBytes };
  const { unsigned, view } = assemblePayment(parts, network.hrp, random);
  const warnings = [
    ...linkNotices(context, inputs),
    ...(feerate > context.laterFeerate ? [feeNotice(context.laterFeerate)] : []),
    ...feeWarnings(context, view, view.inputs),
  ];
  return { unsigned, inputs, view: { ...view, warnings } };
}

/** The chosen coins, or the smallest coins in blocks that are worth more than their fee, as many as fit. */
function coinsToCombine(context: PlanContext, request: ConsolidationRequest, feerate: number): CoinChoice[] {
  const { wallet, network } = context;
  const { witnessBytes } = wallet.keyring;
  const originOf = originsOf(context);
  const { maturity } = network.params;
  if (request.coins !== undefined)
    return chosenCoins(sortCoins(wallet, maturity), request.coins).map((coin) =>
      choiceOfCoin(coin, true, originOf),
    );
  const { sorted } = coinIndex(freeCoins(wallet, maturity, originOf).preferred);
  const smallest: CoinChoice[] = [];
  for (let at = sorted.length - 1; at >= 0 && smallest.length < maxCombined(witnessBytes); at--) {
    const coin = sorted[at]!;
    if (coin.amount > inputBytes(coin.index, witnessBytes) * feerate) smallest.push(coin);
  }
  return smallest;
}

/** Room for inputs with a large index, and for the output. */
const maxCombined = (witnessBytes: number): number =>
  Math.floor((MAX_TRANSACTION_BYTES - 1000) / inputBytes(0xffff, witnessBytes));

/** What a payment that spends these coins together reveals publicly. */
export function linkNotices(
  context: Pick<PlanContext, 'wallet' | 'network' | 'contacts'>,
  coins: readonly CoinChoice[],
): Notice[] {
  const keys = new Set(coins.map(({ coin: { keyPath } }) => `${keyPath.chain}/${keyPath.index}`));
  if (keys.size < 2) return [];
  const originOf = originsOf(context);
  const origins = new Set(coins.flatMap(({ key, coin }) => originOf(key, coin) ?? []));
  const addresses = `This payment reveals publicly that ${group(keys.size)} addresses belong to one wallet.`;
  const people = `Their coins have ${group(origins.size)} different labels, so those people can learn of each other's payments.`;
  return [{ code: 'links-addresses', message: origins.size < 2 ? addresses : `${addresses} ${people}` }];
}

function feeNotice(later: number): Notice {
  return {
    code: 'fee-not-low',
    message: `This can wait: at ${later} motes/byte it is expected within a day.`,
  };
}
