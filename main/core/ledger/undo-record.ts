import { isMotes } from '../../../shared/units.ts';
import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import type { Block } from '../primitives/block.ts';
import { type Coin, LOCK_BURN } from '../primitives/coin.ts';
import { MAX_LOCK_BYTES } from '../primitives/limits.ts';
import { type CoinKey, coinKey, coinKeyOf } from '../primitives/coin-key.ts';
import type { Delta } from './delta.ts';

/**
 * What a block's body doesn't say about its change: the coins it spent, in the order of its inputs, those it created
 * itself left out. count varuint, then each: height varuint | coinbase u8 | amount u64 | lockType u8 | lock varbytes.
 */
export function encodeUndo(delta: Delta): Uint8Array {
  const writer = new Writer(16 + delta.spent.size * 48).varuint(delta.spent.size);
  for (const coin of delta.spent.values()) {
    writer
      .varuint(coin.height)
      .u8(coin.coinbase ? 1 : 0)
      .u64(coin.amount)
      .u8(coin.lockType)
      .varbytes(coin.lock);
  }
  return writer.finish();
}

/** The change that connecting this block made, or null when the undo record isn't of this block. */
export function deltaOf(block: Block, undo: Uint8Array): Delta | null {
  const coins = decodeCoins(undo);
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
  return next === coins.length && spent.size === next ? { created, spent } : null;
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
