import { isMotes } from '../../../shared/units.ts';
import { type BinaryString, toBinary } from '../codec/binary.ts';
import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import type { Block } from '../primitives/block.ts';
import { type Coin, LOCK_BURN } from '../primitives/coin.ts';
import { type CoinKey, coinKey, coinKeyOf, indexOfCoinKey } from '../primitives/coin-key.ts';
import { MAX_LOCK_BYTES } from '../primitives/limits.ts';
import type { Delta } from './delta.ts';
import type { SupplyChange } from './supply-change.ts';

/**
 * Everything that is needed to disconnect a block without its body. A body can be lost or pruned, and a node must be
 * able to leave a branch whose bodies no peer serves.
 */
export interface UndoRecord extends SupplyChange {
  /** Outpoints of the coins that the block created and did not spend itself. */
  readonly created: readonly CoinKey[];
  /** The coins that the block spent, except those that it created itself. */
  readonly spent: ReadonlyMap<CoinKey, Coin>;
}

const TXID_BYTES = 32;
/** The shortest: txid, index, height, coinbase, amount, lock type, lock length. */
const MIN_SPENT_BYTES = TXID_BYTES + 1 + 1 + 1 + 8 + 1 + 1;
/** Size of the shortest entry: a txid, a count and one index. */
const MIN_CREATED_BYTES = TXID_BYTES + 1 + 1;

/**
 * issued u64 | burned u64 | count varuint, then for each spent coin: txid 32 | index varuint | height varuint |
 * coinbase u8 | amount u64 | lockType u8 | lock varbytes; then count varuint, and for each transaction that created
 * coins: txid 32 | count varuint | index varuint of each.
 */
export function encodeUndo({ created, spent }: Delta, { issued, burned }: SupplyChange): Uint8Array {
  const writer = new Writer(32 + spent.size * 80 + created.size * 36).u64(issued).u64(burned);
  writer.varuint(spent.size);
  for (const [key, { height, coinbase, amount, lockType, lock }] of spent) {
    // The key's own bytes are txid 32 | index varuint.
    writer.binary(key).varuint(height);
    writer
      .u8(coinbase ? 1 : 0)
      .u64(amount)
      .u8(lockType)
      .varbytes(lock);
  }
  writeCreated(writer, created.keys());
  return writer.finish();
}

function writeCreated(writer: Writer, keys: Iterable<CoinKey>): void {
  const groups: { readonly txid: BinaryString; readonly indexes: number[] }[] = [];
  for (const key of keys) {
    const last = groups.at(-1);
    if (last !== undefined && key.startsWith(last.txid)) last.indexes.push(indexOfCoinKey(key));
    else groups.push({ txid: key.slice(0, TXID_BYTES), indexes: [indexOfCoinKey(key)] });
  }
  writer.varuint(groups.length);
  for (const { txid, indexes } of groups) {
    writer.binary(txid).varuint(indexes.length);
    for (const index of indexes) writer.varuint(index);
  }
}

/** Null when these bytes are not an undo record. */
export function decodeUndo(bytes: Uint8Array): UndoRecord | null {
  const reader = new Reader(bytes);
  const [issued, burned] = [reader.u64(), reader.u64()];
  const spent = readSpent(reader);
  const created = readCreated(reader);
  if (reader.finish() !== null || spent === null || created === null) return null;
  return isMotes(issued) && isMotes(burned) ? { created, spent, issued, burned } : null;
}

function readSpent(reader: Reader): Map<CoinKey, Coin> | null {
  const count = reader.count(MIN_SPENT_BYTES);
  const spent = new Map<CoinKey, Coin>();
  for (let i = 0; i < count && reader.failed === null; i++) {
    const key = coinKey({ txid: reader.bytes(TXID_BYTES), index: reader.varuint() });
    const height = reader.varuint();
    const coinbase = reader.u8();
    const amount = reader.u64();
    const lockType = reader.u8();
    const lock = reader.varbytes(MAX_LOCK_BYTES).slice();
    if (reader.failed !== null || coinbase > 1 || !isMotes(amount)) return null;
    spent.set(key, { height, coinbase: coinbase === 1, amount, lockType, lock });
  }
  return spent.size === count ? spent : null;
}

function readCreated(reader: Reader): CoinKey[] | null {
  const groups = reader.count(MIN_CREATED_BYTES);
  const created = new Set<CoinKey>();
  let outputs = 0;
  let before: BinaryString | null = null;
  for (let i = 0; i < groups && reader.failed === null; i++) {
    const txid = toBinary(reader.bytes(TXID_BYTES));
    const count = reader.count(1);
    // One value has one encoding: no empty group, and no two consecutive groups of one transaction.
    if (reader.failed !== null || count === 0 || txid === before) return null;
    before = txid;
    for (let k = 0; k < count; k++) created.add(coinKeyOf(txid, reader.varuint()));
    outputs += count;
  }
  return created.size === outputs ? [...created] : null;
}

/** The delta of this block, or null if the record belongs to another block. */
export function deltaOf(block: Block, undo: UndoRecord): Delta | null {
  const created = new Map<CoinKey, Coin>();
  let spent = 0;
  for (const [position, tx] of block.transactions.entries()) {
    for (const input of tx.inputs) {
      const key = coinKey(input);
      if (created.delete(key)) continue;
      if (!undo.spent.has(key)) return null;
      spent++;
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
  }
  const same = created.size === undo.created.length && undo.created.every((key) => created.has(key));
  return same && spent === undo.spent.size ? { created, spent: undo.spent } : null;
}
