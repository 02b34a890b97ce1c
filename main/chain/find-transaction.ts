import { toHex } from '../core/codec/hex.ts';
import type { UndoRecord } from '../core/ledger/undo-record.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Output } from '../core/primitives/coin.ts';
import { coinKey } from '../core/primitives/coin-key.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { hexToHash } from '../storage/keys.ts';
import { type BlockStore, readUndo } from './block-store.ts';
import type { IndexedChain } from './chain-line.ts';
import type { HeaderEntry, OwnedEntry } from './header-entry.ts';

export interface MinedTransaction {
  readonly transaction: Transaction;
  readonly entry: HeaderEntry;
  /** The outputs that it spends, in the order of its inputs; null when the undo record is missing. */
  readonly spent: readonly Output[] | null;
}

interface Finder {
  readonly db: ChainDb;
  readonly bodies: BlockStore;
  readonly active: IndexedChain<OwnedEntry>;
}

/** Number of the newest blocks that are searched for a transaction whose outputs are all spent. */
const SEARCHED_BLOCKS = 1000;

/**
 * See Chain.findTransaction. Cost: reads one block, or up to {@link SEARCHED_BLOCKS} when all its outputs are spent.
 */
export async function findTransaction(finder: Finder, txid: string): Promise<MinedTransaction | null> {
  const height = await finder.db.heightOf(hexToHash(txid));
  const unspent = height === null ? undefined : finder.active.at(height);
  if (unspent) return lookIn(finder, unspent, txid);
  const tip = finder.active.tip.height;
  for (let at = tip; at > Math.max(0, tip - SEARCHED_BLOCKS); at--) {
    const entry = finder.active.at(at);
    const found = entry && (await lookIn(finder, entry, txid));
    if (found) return found;
  }
  return null;
}

async function lookIn({ bodies }: Finder, entry: OwnedEntry, txid: string): Promise<MinedTransaction | null> {
  const block = entry.body && (await bodies.read(entry.id, entry.body));
  const transaction = block?.transactions.find((tx) => tx.txidHex === txid);
  if (!block || !transaction) return null;
  const undo = await readUndo(bodies, entry);
  return { transaction, entry, spent: undo ? spentBy(transaction, block, undo) : null };
}

function spentBy(tx: Transaction, block: Block, undo: UndoRecord): Output[] | null {
  const spent: Output[] = [];
  for (const input of tx.inputs) {
    const sibling = block.transactions.find((other) => other.txidHex === toHex(input.txid));
    const output = undo.spent.get(coinKey(input)) ?? sibling?.outputs[input.index];
    if (!output) return null;
    spent.push(output);
  }
  return spent;
}
