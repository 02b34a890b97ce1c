import { compareFeerates, type Feerate, higherFeerate } from '../core/policy/feerate.ts';
import type { PoolEntry } from './entry.ts';
import { createHeap, type Heap } from './heap.ts';

/** Finds what a full pool would miss least. */
export interface EvictionOrder {
  /** An entry is new, or the sum of its descendants has changed. */
  touched(entry: PoolEntry): void;
  /** The entry that, with all its descendants, pays least per byte. Undefined when the pool is empty. */
  least(): PoolEntry | undefined;
  /** Forgets the order until it is asked for again. */
  rest(): void;
}

/** What an entry is worth to the pool: a child that pays well keeps its parents in. */
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
 * A heap that exists only while the pool is full. Ranks that no longer hold stay in it until they come up; each
 * change puts in the new one.
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
      // Too many that no longer hold: starting over is cheaper than carrying them along.
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
