import type { UnixSeconds } from '../../shared/units.ts';
import type { Clock } from '../lib/clock.ts';
import { type Emitter } from '../lib/events.ts';
import { MAX_POOL_USAGE } from '../core/policy/policy-limits.ts';
import {
  fallenFloor,
  floorPerByte,
  raiseFloor,
  releaseFloor,
  RESTING_FLOOR,
  type RollingFloor,
} from '../core/policy/rolling-floor.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { MempoolEntry, PoolEntry } from './entry.ts';
import type { Candidate } from './evaluate.ts';
import { createEvictionOrder, keepingFeerate } from './eviction.ts';
import { createFeerateHistogram, type FeerateHistogram } from './feerates.ts';
import { createAncestorGraph, type AncestorGraph } from './ancestor-graph.ts';

/** Where a transaction came from: a peer, the user of this node, the mempool file, or a disconnected block. */
export type Origin = 'peer' | 'local' | 'file' | 'block';

/**
 * Why a transaction was removed. `conflict`: a transaction that spends the same coin was mined. `reorg`: its coins were
 * disconnected, or its rules are no longer active.
 */
export type RemovalReason = 'mined' | 'conflict' | 'expired' | 'evicted' | 'replaced' | 'reorg';

export interface PoolEvents {
  added: {
    readonly entry: MempoolEntry;
    readonly tx: Transaction;
    readonly origin: Origin;
    readonly source?: string;
  };
  /** `by` is the txid of the replacement, or of the mined conflict; absent for other reasons. */
  removed: {
    readonly txid: string;
    readonly wid: string;
    readonly reason: RemovalReason;
    readonly by?: string;
  };
}

export interface Insertion {
  readonly tx: Transaction;
  readonly time: UnixSeconds;
  readonly origin: Origin;
  readonly source?: string | undefined;
  /** No event is emitted for it. */
  readonly quiet?: boolean | undefined;
}

/**
 * The graph with the eviction order, fee rate histogram, minimum fee rate and events. Each method keeps all of them
 * consistent.
 */
export interface Pool {
  readonly graph: AncestorGraph;
  readonly histogram: FeerateHistogram;
  /** Increases with every change of the pool. */
  readonly revision: number;
  /** The current minimum fee rate, in whole motes per byte. */
  floor(): number;
  /**
   * Adds a candidate that was checked against the current pool. False when the pool is full and the fee rate of the
   * candidate too low.
   */
  insert(candidate: Candidate, insertion: Insertion): boolean;
  /** Removes a mined entry; its descendants stay. */
  removeMined(entry: PoolEntry): void;
  removeWithDescendants(entry: PoolEntry, reason: RemovalReason, by?: string): void;
  /**
   * Removes an entry and its descendants without events and returns them, parents first. Used in a reorganisation,
   * which re-adds them at its end.
   */
  takeOut(entry: PoolEntry): PoolEntry[];
  /** A block was mined: the minimum fee rate may fall. */
  release(): void;
}

export interface PoolDeps {
  readonly clock: Clock;
  readonly events: Emitter<PoolEvents>;
  /** Limit on the memory in bytes. */
  readonly maxUsage?: number | undefined;
  /** Milliseconds in which the floor of a full pool halves. */
  readonly floorHalfLife: number;
}

export function createPool({ clock, events, maxUsage = MAX_POOL_USAGE, floorHalfLife }: PoolDeps): Pool {
  const order = createEvictionOrder(
    () => graph.entries(),
    () => graph.size,
  );
  const graph: AncestorGraph = createAncestorGraph((entry) => order.touched(entry));
  const histogram = createFeerateHistogram();
  let rolling: RollingFloor = RESTING_FLOOR;
  let revision = 0;

  const remove = (entry: PoolEntry): void => {
    graph.remove(entry);
    histogram.remove(entry);
    revision++;
  };
  const takeOut = (entry: PoolEntry): PoolEntry[] => {
    // Sorted by number of ancestors, so that parents come before children.
    const line = graph.descendantsOf(entry).sort((a, b) => a.ancestors.count - b.ancestors.count);
    // Children are removed first, so that no entry is in the graph without its parents.
    for (const descendant of line.toReversed()) remove(descendant);
    return line;
  };
  const emitRemoved = (entry: PoolEntry, reason: RemovalReason, by?: string): void => {
    const { txid, wid } = entry;
    events.emit('removed', { txid, wid, reason, ...(by === undefined ? {} : { by }) });
  };
  const trim = (): PoolEntry[] => {
    const out: PoolEntry[] = [];
    while (graph.usage > maxUsage) {
      const least = order.least()!;
      rolling = raiseFloor(rolling, keepingFeerate(least), clock.monotonic());
      out.push(...takeOut(least));
    }
    if (graph.usage < maxUsage / 2) order.rest();
    return out;
  };

  return {
    graph,
    histogram,
    get revision() {
      return revision;
    },
    floor() {
      rolling = fallenFloor(rolling, clock.monotonic(), graph.usage / maxUsage, floorHalfLife);
      return floorPerByte(rolling);
    },
    insert(candidate, { tx, time, origin, source, quiet }) {
      const { spend, replaced, parents, matureAt, upgradable } = candidate;
      for (const entry of replaced) if (entry.alive) takeOut(entry);
      const facts = { tx, time, fee: spend.fee, keys: spend.keys, matureAt, upgradable };
      const entry = graph.add(facts, parents);
      histogram.add(entry);
      revision++;
      const evicted = trim();
      for (const gone of replaced) {
        if (entry.alive) emitRemoved(gone, 'replaced', tx.txidHex);
        else emitRemoved(gone, 'evicted');
      }
      for (const gone of evicted) if (gone !== entry) emitRemoved(gone, 'evicted');
      if (!entry.alive) return false;
      if (!quiet) events.emit('added', { entry, tx, origin, ...(source === undefined ? {} : { source }) });
      return true;
    },
    removeMined(entry) {
      remove(entry);
      emitRemoved(entry, 'mined');
    },
    removeWithDescendants(entry, reason, by) {
      for (const gone of takeOut(entry)) emitRemoved(gone, reason, by);
    },
    takeOut,
    release() {
      rolling = releaseFloor(rolling, clock.monotonic());
    },
  };
}
