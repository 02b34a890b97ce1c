import { ENTRY_OVERHEAD } from '../core/policy/policy-limits.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import { type CoinKey, showCoinKey } from '../core/primitives/coin-key.ts';
import { type EntryFacts, PoolEntry } from './entry.ts';

/**
 * The graph of the transactions in the pool: edges lead to the transactions whose outputs they spend. Keeps the
 * ancestor and descendant sums of each entry. Knows no policy and emits no events.
 */
export interface AncestorGraph {
  readonly size: number;
  /** Bytes of all transactions. */
  readonly bytes: number;
  /** Memory in bytes that the transactions use, as the size limit counts it. */
  readonly usage: number;
  entries(): IterableIterator<PoolEntry>;
  get(txid: BinaryString): PoolEntry | undefined;
  getByWid(wid: BinaryString): PoolEntry | undefined;
  /** The entry that spends this coin. */
  spender(key: CoinKey): PoolEntry | undefined;
  /** All ancestors of a transaction with these parents, including the parents. */
  ancestorsOf(parents: readonly PoolEntry[]): PoolEntry[];
  /** The entry and its descendants. */
  descendantsOf(entry: PoolEntry): PoolEntry[];
  /** Adds an entry. No entry of the graph may spend the same coins, and no entry may spend its outputs yet. */
  add(facts: EntryFacts, parents: readonly PoolEntry[]): PoolEntry;
  /** Removes one entry. It must have no parents in the graph (as when it was mined) or no children. */
  remove(entry: PoolEntry): void;
}

/** `onChange` is called for every entry whose descendant sum changed. */
export function createAncestorGraph(onChange: (entry: PoolEntry) => void): AncestorGraph {
  const byTxid = new Map<BinaryString, PoolEntry>();
  const byWid = new Map<BinaryString, PoolEntry>();
  const spenders = new Map<CoinKey, PoolEntry>();
  let bytes = 0;
  let sequence = 0;
  const walk = createWalk();
  const ancestorsOf = (parents: readonly PoolEntry[]): PoolEntry[] => walk(parents, parentsOf);
  const addDescendant = (ancestor: PoolEntry, entry: PoolEntry, sign: 1 | -1): void => {
    addTo(ancestor.descendants, entry, sign);
    onChange(ancestor);
  };

  return {
    get size() {
      return byTxid.size;
    },
    get bytes() {
      return bytes;
    },
    get usage() {
      return bytes + byTxid.size * ENTRY_OVERHEAD;
    },
    entries: () => byTxid.values(),
    get: (txid) => byTxid.get(txid),
    getByWid: (wid) => byWid.get(wid),
    spender: (key) => spenders.get(key),
    ancestorsOf,
    descendantsOf: (entry) => walk([entry], childrenOf),

    add(facts, parents) {
      const entry = new PoolEntry(facts, ++sequence);
      if (byTxid.has(entry.id)) throw new Error(`already in the pool: ${entry.txid}`);
      for (const key of entry.keys) {
        if (spenders.has(key)) throw new Error(`spent twice in the pool: ${showCoinKey(key)}`);
        spenders.set(key, entry);
      }
      for (const parent of parents) {
        entry.parents.push(parent);
        parent.children.push(entry);
      }
      for (const ancestor of ancestorsOf(parents)) {
        addTo(entry.ancestors, ancestor, 1);
        addDescendant(ancestor, entry, 1);
      }
      byTxid.set(entry.id, entry);
      byWid.set(entry.widId, entry);
      bytes += entry.size;
      onChange(entry);
      return entry;
    },

    remove(entry) {
      if (!entry.alive) throw new Error(`not in the pool: ${entry.txid}`);
      // The sums of relatives are corrected one entry at a time, which works only at the top or the bottom of the
      // graph.
      if (entry.parents.length > 0 && entry.children.length > 0)
        throw new Error(`has parents and children: ${entry.txid}`);
      for (const ancestor of ancestorsOf(entry.parents)) addDescendant(ancestor, entry, -1);
      for (const descendant of walk(entry.children, childrenOf)) addTo(descendant.ancestors, entry, -1);
      for (const parent of entry.parents) parent.children.splice(parent.children.indexOf(entry), 1);
      for (const child of entry.children) child.parents.splice(child.parents.indexOf(entry), 1);
      for (const key of entry.keys) spenders.delete(key);
      byTxid.delete(entry.id);
      byWid.delete(entry.widId);
      bytes -= entry.size;
      entry.alive = false;
    },
  };
}

const parentsOf = (entry: PoolEntry): readonly PoolEntry[] => entry.parents;
const childrenOf = (entry: PoolEntry): readonly PoolEntry[] => entry.children;

/**
 * Creates a traversal that visits each entry once: first `start`, then the entries that `next` returns for each visited
 * entry.
 */
function createWalk() {
  let walks = 0;
  return (start: readonly PoolEntry[], next: (entry: PoolEntry) => readonly PoolEntry[]): PoolEntry[] => {
    const mark = ++walks;
    const found: PoolEntry[] = [];
    const visit = (entry: PoolEntry): void => {
      if (entry.mark === mark) return;
      entry.mark = mark;
      found.push(entry);
    };
    start.forEach(visit);
    for (let i = 0; i < found.length; i++) next(found[i]!).forEach(visit);
    return found;
  };
}

function addTo(totals: PoolEntry['ancestors'], { size, fee }: PoolEntry, sign: 1 | -1): void {
  totals.count += sign;
  totals.size += sign * size;
  totals.fee += sign * fee;
}
