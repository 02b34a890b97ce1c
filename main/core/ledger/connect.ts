import type { Height } from '../../../shared/units.ts';
import { subsidyAt } from '../consensus/params.ts';
import type { Block } from '../primitives/block.ts';
import { type Coin, LOCK_BURN } from '../primitives/coin.ts';
import { type CoinKey, coinKeyOf } from '../primitives/coin-key.ts';
import type { Transaction } from '../primitives/transaction.ts';
import { isViolation, type Verdict, type Violation, violation } from '../violation.ts';
import type { Delta } from './delta.ts';
import type { SignatureSink } from './jobs.ts';
import { checkSpend, type Spend, type SpendContext } from './spend.ts';

/**
 * Checks the whole block against the UTXO set. Returns its delta, or the first broken rule. Does not change the set.
 * The body must have passed checkBody. Adds the signatures to `signatures`; the block is valid only if they are valid
 * too (protocol.md §12).
 */
export function connectBlock(
  block: Block,
  context: SpendContext,
  signatures: SignatureSink,
): Delta | Violation {
  const work = new WorkingSet(context);
  const within = { ...context, coin: work.coin };
  let fees = 0;
  for (let position = 1; position < block.transactions.length; position++) {
    const tx = block.transactions[position]!;
    const spend = checkSpend(tx, within, signatures);
    if (isViolation(spend)) return violation(spend.code, { ...spend.evidence, position });
    fees += spend.fee;
    work.spend(spend);
    work.create(tx, false);
  }
  const coinbase = block.transactions[0]!;
  const claimed = coinbase.outputs.reduce((sum, output) => sum + output.amount, 0);
  const broken = checkClaim(claimed, fees, context);
  if (broken) return broken;
  work.create(coinbase, true);
  return work.delta();
}

function checkClaim(claimed: number, fees: number, context: SpendContext): Verdict {
  const allowed = subsidyAt(context.height, context.params) + fees;
  return claimed > allowed ? violation('coinbase-amount', { claimed, allowed }) : null;
}

/** The UTXO set while a block is checked, updated after each transaction. */
class WorkingSet {
  readonly #created = new Map<CoinKey, Coin>();
  readonly #spent = new Map<CoinKey, Coin>();
  readonly #context: SpendContext;
  readonly #height: Height;

  constructor(context: SpendContext) {
    this.#context = context;
    this.#height = context.height;
  }

  readonly coin = (key: CoinKey): Coin | undefined =>
    this.#created.get(key) ?? (this.#spent.has(key) ? undefined : this.#context.coin(key));

  spend(spend: Spend): void {
    for (let i = 0; i < spend.keys.length; i++) {
      const key = spend.keys[i]!;
      if (!this.#created.delete(key)) this.#spent.set(key, spend.coins[i]!);
    }
  }

  create(tx: Transaction, coinbase: boolean): void {
    for (let index = 0; index < tx.outputs.length; index++) {
      const { amount, lockType, lock } = tx.outputs[index]!;
      if (lockType === LOCK_BURN) continue;
      const coin = { amount, lockType, lock, height: this.#height, coinbase };
      this.#created.set(coinKeyOf(tx.txidBinary, index), coin);
    }
  }

  delta(): Delta {
    return { created: this.#created, spent: this.#spent };
  }
}
