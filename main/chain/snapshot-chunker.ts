import type { Hash } from '../core/crypto/hash.ts';
import { CHUNK_COINS, MAX_CHUNK_BYTES, writeSnapshotCoin } from '../core/ledger/snapshot-record.ts';
import { chunkHash } from '../core/ledger/snapshot-root.ts';
import { addOutpointTo } from '../storage/coin-sum.ts';
import type { RawCoin } from '../storage/frozen-coins.ts';

/** The result of cutting a UTXO set into chunks. */
export interface Chunked {
  readonly hashes: readonly Hash[];
  readonly coins: number;
  readonly total: number;
  /** The sum over the outpoints (core/ledger/coin-sum.ts). */
  readonly coinSum: number;
}

/** Offset of the amount in a stored coin: height u32 | coinbase u8 | amount u64. */
const AMOUNT_OFFSET = 5;

/**
 * Cuts coins into chunks of {@link CHUNK_COINS}, hashes each and passes it to `sink`. Costs about 1 µs a coin on this
 * thread and runs in pieces of a thousand coins. Stops when the signal aborts.
 */
export async function chunkCoins(
  batches: AsyncIterable<readonly RawCoin[]>,
  sink: (index: number, chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<Chunked> {
  const buffer = new Uint8Array(MAX_CHUNK_BYTES);
  const hashes: Hash[] = [];
  let [offset, inChunk, coins, total, coinSum] = [0, 0, 0, 0, 0];
  const finish = async () => {
    const chunk = buffer.subarray(0, offset);
    hashes.push(chunkHash(chunk));
    await sink(hashes.length - 1, chunk);
    [offset, inChunk] = [0, 0];
  };
  for await (const batch of batches) {
    signal.throwIfAborted();
    for (const { outpoint, coin } of batch) {
      offset = writeSnapshotCoin(buffer, offset, outpoint, coin);
      total += amountOf(coin);
      coinSum = addOutpointTo(coinSum, outpoint);
      coins++;
      if (++inChunk === CHUNK_COINS) await finish();
    }
  }
  if (inChunk > 0 || hashes.length === 0) await finish();
  return { hashes, coins, total, coinSum };
}

function amountOf(coin: Uint8Array): number {
  const view = new DataView(coin.buffer, coin.byteOffset + AMOUNT_OFFSET, 8);
  return view.getUint32(0, true) + view.getUint32(4, true) * 0x1_0000_0000;
}
