import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import type { Coin, Lock } from '../../../main/core/primitives/coin.ts';
import { type CoinKey, coinKey } from '../../../main/core/primitives/coin-key.ts';
import type { Outpoint } from '../../../main/core/primitives/outpoint.ts';
import { toMotes } from '../../../shared/units.ts';

/** Coins that nobody made, for filling a set: the same every time, and never two alike. */
export function* madeCoins(
  count: number,
  lock: Lock,
): Generator<{ outpoint: Outpoint; key: CoinKey; coin: Coin }> {
  const perTransaction = 4;
  for (let made = 0; made < count; made += perTransaction) {
    const outputs = Array.from({ length: Math.min(perTransaction, count - made) }, () => ({
      amount: toMotes(1_000_000),
      ...lock,
    }));
    const witness = [new Uint8Array(0)];
    const tx = createTransaction({ version: 1, validFrom: made, expires: 0, inputs: [], outputs, witness });
    for (const [index, output] of outputs.entries()) {
      const outpoint = { txid: tx.txid, index };
      yield { outpoint, key: coinKey(outpoint), coin: { ...output, height: 1, coinbase: false } };
    }
  }
}
