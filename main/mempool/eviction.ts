import { compareFeerates, type Feerate, higherFeerate } from '../core/policy/feerate.ts';
import type { PoolEntry } from './entry.ts';
import { createHeap, type Heap } from './heap.ts';

/** Finds the entry that a full pool evicts. */
export interface EvictionOrder {
  /** Must be called when an entry is new or its descendant sum has changed. */
  touched(entry: PoolEntry): void;
  /** The entry with the lowest keeping fee rate, which is evicted next. Undefined when the pool is empty. */
  least(): PoolEntry | undefined;
  /** Releases the memory of the heap. The next call of `least` builds it again. */
  rest(): void;
}

/**
 * The fee rate by which entries are evicted: its own, or that of the entry with its descendants if that is higher. So a
 * child with a high fee keeps its parents in the pool.
 */
export function keepingFeerate(entry: PoolEntry): Feerate {
  return higherFeerate(entry, entry.descendants);
}

interface Rank extends Feerate {
  readonly entry: PoolEntry;
}

// Among equal fee rates the newest is evicted first: a transaction must not displace an earlier one that pays as much.
function before(a: Rank, b: Rank): boolean {
  const order = compareFeerates(a, b);
  return order === 0 ? a.entry.sequence > b.entry.sequence : order < 0;
}

/**
 * Ranks the entries in a heap that exists only while the pool is full. A change adds a new rank. Outdated ranks are
 * skipped when they reach the top.
 */
export function createEvictionOrder(entries: () => Iterable<PoolEntry>, count: () => number): EvictionOrder {
  let heap: Heap<Rank> | null = null;

  const rank = (entry: PoolEntry): Rank => {
    const { fee, size } = keepingFeerate(entry);
    return { entry, fee, size };
  };
  const holds = ({ entry, fee, size }: Rank): boolean => {
    const now = keepingFeerate(entry);
    return entry.alive && now.fee === fee && now.size === size;
  };
  const build = (): Heap<Rank> => createHeap(before, Array.from(entries(), rank));

  return {
    touched(entry) {
      if (heap === null) return;
      // With that many outdated ranks, building the heap again costs less than keeping them.
      if (heap.size > 2 * count() + 1000) heap = null;
      else heap.push(rank(entry));
    },
    least() {
      heap ??= build();
      while (heap.size > 0 && !holds(heap.peek()!)) heap.pop();
      return heap.peek()?.entry;
    },
    rest() {
      heap = null;
    },
  };
}
