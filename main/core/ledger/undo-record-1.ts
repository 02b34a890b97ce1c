import { isMotes } from '../../../shared/units.ts';
import { Reader } from '../codec/reader.ts';
import type { Block } from '../primitives/block.ts';
import { type Coin, LOCK_BURN } from '../primitives/coin.ts';
import { type CoinKey, coinKey, coinKeyOf } from '../primitives/coin-key.ts';
import { MAX_LOCK_BYTES } from '../primitives/limits.ts';
import { supplyChangeOf } from './supply-change.ts';
import type { UndoRecord } from './undo-record.ts';

/**
 * Decodes the first format of undo records, which earlier versions wrote (up to schema 2). It needs the body of the
 * block, because it has only the spent coins, in the order of the inputs, without those that the block created itself.
 * count varuint, then each: height varuint | coinbase u8 | amount u64 | lockType u8 | lock varbytes. Null when it does
 * not belong to this block.
 */
export function decodeUndo1(block: Block, bytes: Uint8Array): UndoRecord | null {
  const coins = decodeCoins(bytes);
  if (coins === null) return null;
  const created = new Map<CoinKey, Coin>();
  const spent = new Map<CoinKey, Coin>();
  let next = 0;
  block.transactions.forEach((tx, position) => {
    for (const input of tx.inputs) {
      const key = coinKey(input);
      if (created.delete(key)) continue;
      const coin = coins[next++];
      if (coin) spent.set(key, coin);
    }
    const height = block.header.height;
    tx.outputs.forEach(({ amount, lockType, lock }, index) => {
      if (lockType === LOCK_BURN) return;
      created.set(coinKeyOf(tx.txidBinary, index), {
        amount,
        lockType,
        lock,
        height,
        coinbase: position === 0,
      });
    });
  });
  if (next !== coins.length || spent.size !== next) return null;
  const { issued, burned } = supplyChangeOf(block, { created, spent });
  return { created: [...created.keys()], spent, issued, burned };
}

function decodeCoins(undo: Uint8Array): Coin[] | null {
  const reader = new Reader(undo);
  const count = reader.count(12);
  const coins: Coin[] = [];
  for (let i = 0; i < count && reader.failed === null; i++) {
    const height = reader.varuint();
    const coinbase = reader.u8();
    const amount = reader.u64();
    const lockType = reader.u8();
    const lock = reader.varbytes(MAX_LOCK_BYTES).slice();
    if (coinbase > 1 || !isMotes(amount)) return null;
    coins.push({ height, coinbase: coinbase === 1, amount, lockType, lock });
  }
  return reader.finish() === null ? coins : null;
}
