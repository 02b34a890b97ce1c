import { Writer } from '../../../main/core/codec/writer.ts';
import type { Delta } from '../../../main/core/ledger/delta.ts';

/** The first format of undo records, which this version only reads. */
export function encodeUndo1({ spent }: Pick<Delta, 'spent'>): Uint8Array {
  const writer = new Writer().varuint(spent.size);
  for (const { height, coinbase, amount, lockType, lock } of spent.values())
    writer
      .varuint(height)
      .u8(coinbase ? 1 : 0)
      .u64(amount)
      .u8(lockType)
      .varbytes(lock);
  return writer.finish();
}
