import { type BinaryString, toBinary } from '../core/codec/binary.ts';
import type { Delta } from '../core/ledger/delta.ts';
import { compareFeerates, type Feerate } from '../core/policy/feerate.ts';
import { coinKey } from '../core/primitives/coin-key.ts';
import type { Transaction } from '../core/primitives/transaction.ts';

/** Transactions of a block that a miner gained by including together. */
type Chunk = Feerate;

/**
 * The fee rates at which the transactions entered a block, with the bytes of each. A parent with a low fee enters with the
 * child that pays for it, so both count with their common rate. The transactions that spend outputs of each other are
 * taken in the order of the block, and each joins those before it while that raises the rate of the last ones (as Bitcoin Core
 * cuts a linearised cluster into chunks). `spent`: the coins that the block spent.
 */
export function effectiveRates(
  transactions: readonly Transaction[],
  spent: Delta['spent'],
): readonly Chunk[] {
  const chunks = new Map<Cluster, Chunk[]>();
  for (const { cluster, fee, size } of inClusters(transactions, spent)) {
    const root = rootOf(cluster);
    const before = chunks.get(root) ?? [];
    chunks.set(root, before);
    addChunk(before, { fee, size });
  }
  return [...chunks.values()].flat();
}

function addChunk(before: Chunk[], added: Chunk): void {
  let last = added;
  for (let below = before.at(-1); below && compareFeerates(last, below) > 0; below = before.at(-1)) {
    last = { fee: last.fee + below.fee, size: last.size + below.size };
    before.pop();
  }
  before.push(last);
}

/** Transactions that are connected by coins that one creates and another spends. */
interface Cluster {
  /** Itself, or another cluster that it was joined to. */
  joined: Cluster;
}

function rootOf(cluster: Cluster): Cluster {
  let root = cluster;
  while (root.joined !== root) root = root.joined = root.joined.joined;
  return root;
}

function inClusters(transactions: readonly Transaction[], spent: Delta['spent']) {
  const inBlock = new Map<BinaryString, { readonly tx: Transaction; readonly cluster: Cluster }>();
  return transactions.map((tx) => {
    const cluster = {} as Cluster;
    cluster.joined = cluster;
    let fee = 0;
    for (const input of tx.inputs) {
      const parent = inBlock.get(toBinary(input.txid));
      if (parent) rootOf(parent.cluster).joined = cluster;
      fee += (parent?.tx.outputs[input.index] ?? spent.get(coinKey(input)))?.amount ?? 0;
    }
    for (const { amount } of tx.outputs) fee -= amount;
    inBlock.set(tx.txidBinary, { tx, cluster });
    return { cluster, fee: Math.max(0, fee), size: tx.bytes.length };
  });
}
