import { addMotes, type Height, MAX_MOTES, type Motes, toMotes } from '../../../shared/units.ts';
import type { ConsensusParams } from '../consensus/params.ts';
import { checkMinableAt } from '../consensus/transaction-rules.ts';
import type { Hash } from '../crypto/hash.ts';
import { checkPolicySpend } from './policy-lock.ts';
import { type Coin, LOCK_KEY, LOCK_POLICY } from '../primitives/coin.ts';
import { SIGNATURE_BYTES } from '../primitives/limits.ts';
import { type CoinKey, coinKey, showCoinKey } from '../primitives/coin-key.ts';
import { sighash, type Transaction } from '../primitives/transaction.ts';
import { isViolation, type Verdict, type Violation, violation } from '../violation.ts';
import type { CoinLookup } from './delta.ts';
import type { SignatureSink } from './jobs.ts';

/** Which soft forks are in force at a height (protocol.md §13). */
export interface ActiveRules {
  readonly policyLock: boolean;
}

export interface SpendContext {
  readonly networkId: Hash;
  readonly params: ConsensusParams;
  /** The height of the block that contains the transaction. */
  readonly height: Height;
  readonly rules: ActiveRules;
  readonly coin: CoinLookup;
  /** Whether the signatures of this transaction (its wid) are known to be valid under these rules. */
  readonly isVerified?: ((tx: Transaction) => boolean) | undefined;
}

/** The coins that a transaction spends, and its fee. */
export interface Spend {
  readonly keys: readonly CoinKey[];
  readonly coins: readonly Coin[];
  readonly fee: Motes;
}

/**
 * Checks a transaction that is not a coinbase against the coins that it spends: existence, maturity, values, validity
 * heights and form of the witness (protocol.md §12). Adds its signatures to `signatures` and does not check them.
 */
export function checkSpend(
  tx: Transaction,
  context: SpendContext,
  signatures: SignatureSink,
): Spend | Violation {
  const early = checkMinableAt(tx, context.height);
  if (early) return early;
  const taken = spendCoins(tx, context);
  if (isViolation(taken)) return taken;
  const fee = feeOf(tx, taken.coins);
  if (isViolation(fee)) return fee;
  const sink = context.isVerified?.(tx) ? NO_SIGNATURES : signatures;
  return checkWitnesses(tx, taken.coins, context, sink) ?? { ...taken, fee };
}

const NO_SIGNATURES: SignatureSink = { add() {} };

function spendCoins(tx: Transaction, context: SpendContext): { keys: CoinKey[]; coins: Coin[] } | Violation {
  const keys = new Array<CoinKey>(tx.inputs.length);
  const coins = new Array<Coin>(tx.inputs.length);
  for (let index = 0; index < tx.inputs.length; index++) {
    const key = coinKey(tx.inputs[index]!);
    const coin = context.coin(key);
    if (coin === undefined) return violation('coin-missing', { index, coin: showCoinKey(key) });
    if (coin.coinbase && context.height - coin.height < context.params.maturity) {
      return violation('coin-immature', {
        index,
        coin: showCoinKey(key),
        matureAt: coin.height + context.params.maturity,
      });
    }
    keys[index] = key;
    coins[index] = coin;
  }
  return { keys, coins };
}

function feeOf(tx: Transaction, coins: readonly Coin[]): Motes | Violation {
  let paid: Motes | null = toMotes(0);
  for (const coin of coins) {
    paid = addMotes(paid, coin.amount);
    if (paid === null) return violation('tx-input-sum', { most: MAX_MOTES });
  }
  let claimed = 0;
  for (const output of tx.outputs) claimed += output.amount;
  return claimed > paid ? violation('tx-value', { paid, claimed }) : toMotes(paid - claimed);
}

function checkWitnesses(
  tx: Transaction,
  coins: readonly Coin[],
  context: SpendContext,
  signatures: SignatureSink,
): Verdict {
  // One signature hash for all inputs, computed on first use: it commits to the whole body and every coin spent.
  let message: Hash | null = null;
  const messageOnce = (): Hash => (message ??= sighash(context.networkId, tx, coins));
  for (let index = 0; index < coins.length; index++) {
    const broken = checkWitness(tx, index, coins[index]!, messageOnce, context, signatures);
    if (broken) return broken;
  }
  return null;
}

function checkWitness(
  tx: Transaction,
  index: number,
  coin: Coin,
  message: () => Hash,
  { rules, height }: SpendContext,
  signatures: SignatureSink,
): Verdict {
  const witness = tx.witness[index]!;
  if (coin.lockType === LOCK_POLICY && rules.policyLock) {
    return checkPolicySpend({ witness, lock: coin.lock, index, height, message }, signatures);
  }
  if (coin.lockType !== LOCK_KEY) return null;
  if (witness.length !== SIGNATURE_BYTES)
    return violation('tx-witness-size', { index, size: witness.length });
  if (signatures !== NO_SIGNATURES) signatures.add(coin.lock, witness, message());
  return null;
}
