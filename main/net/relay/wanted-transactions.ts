import { MAX_TRANSACTIONS_ASKED } from '../protocol/frame-types.ts';
import type { Naming } from '../protocol/relay-messages.ts';

export interface Wanted {
  readonly by: Naming;
  readonly id: string;
  /** The peer that it is requested from, or queued for. */
  asking: string;
  /** Other announcers, for the case that this peer does not deliver. */
  readonly others: string[];
  /** The number of tip changes before the announcement. */
  readonly epoch: number;
}

/** What is requested from one peer. */
export interface PeerLoad {
  /** The network group of the peer, or its peer id without one. */
  readonly group: string;
  readonly queue: Set<string>;
  running: number;
  /** Number of transactions that are requested from it or queued for it. */
  held: number;
  /** A request to it is overdue now. */
  slow: boolean;
  unserved: number;
}

/**
 * The transactions that are wanted, and the peer that each is requested from; bounded. Keys are `wid:…` or `txid:…`: a
 * parent may be wanted by its txid while its wid is announced.
 */
export interface WantedTransactions {
  readonly size: number;
  get(key: string): Wanted | undefined;
  /** The keys that are requested from this peer or queued for it. */
  askedOf(peerId: string): string[];
  /** Undefined for a peer that nothing was requested from. */
  load(peerId: string): PeerLoad | undefined;
  loads(): Iterable<PeerLoad>;
  /** The load of this peer, created on first use. */
  open(peerId: string): PeerLoad;
  close(peerId: string): void;
  /** Queues a transaction for this peer, and no longer for the one before. */
  assign(key: string, entry: Wanted, peerId: string): void;
  remove(key: string): boolean;
  /** Whether one more may be queued for this peer; removes one of the largest group when the limit is reached. */
  hasRoom(load: PeerLoad): boolean;
  /** The keys of the next request, which contains either wids or txids. */
  take(load: PeerLoad): string[];
}

/**
 * Maximum number of wanted transactions over all peers. When the limit is reached, the network group with most of
 * them loses the oldest one of its largest peer: a few peers of one owner cannot displace announcements of other
 * peers.
 */
const MOST = 20_000;
/** Maximum number of announced transactions of one peer that wait to be requested. */
const MOST_QUEUED = 5000;

/** `groupOf` names the network group of a peer. */
export function createWantedTransactions(groupOf: (peerId: string) => string): WantedTransactions {
  const wanted = new Map<string, Wanted>();
  const loads = new Map<string, PeerLoad>();

  function open(peerId: string): PeerLoad {
    const load = loads.get(peerId) ?? {
      group: groupOf(peerId),
      queue: new Set(),
      running: 0,
      held: 0,
      slow: false,
      unserved: 0,
    };
    loads.set(peerId, load);
    return load;
  }

  function remove(key: string): boolean {
    const entry = wanted.get(key);
    if (entry === undefined) return false;
    const load = loads.get(entry.asking);
    if (load !== undefined) {
      load.held--;
      load.queue.delete(key);
    }
    return wanted.delete(key);
  }

  function hasRoom(load: PeerLoad): boolean {
    if (load.queue.size >= MOST_QUEUED) return false;
    if (wanted.size < MOST) return true;
    const largest = largestBeside(load, [...loads.values()]);
    if (largest === null) return false;
    const oldest =
      largest.queue.values().next().value ??
      [...wanted].find(([, { asking }]) => loads.get(asking) === largest)?.[0];
    return oldest !== undefined && remove(oldest);
  }

  return {
    get size() {
      return wanted.size;
    },
    get: (key) => wanted.get(key),
    askedOf: (peerId) => [...wanted].flatMap(([key, { asking }]) => (asking === peerId ? [key] : [])),
    load: (peerId) => loads.get(peerId),
    loads: () => loads.values(),
    open,
    close: (peerId) => void loads.delete(peerId),
    assign(key, entry, peerId) {
      const before = loads.get(entry.asking);
      if (before !== undefined && entry.asking !== peerId) {
        before.held--;
        before.queue.delete(key);
      }
      const load = open(peerId);
      if (entry.asking !== peerId || !wanted.has(key)) load.held++;
      entry.asking = peerId;
      wanted.set(key, entry);
      load.queue.add(key);
    },
    remove,
    hasRoom,
    take(load) {
      const batch: string[] = [];
      let by: Naming | null = null;
      for (const key of load.queue) {
        const entry = wanted.get(key);
        if (entry === undefined) {
          load.queue.delete(key);
          continue;
        }
        by ??= entry.by;
        if (entry.by !== by) continue;
        load.queue.delete(key);
        batch.push(key);
        if (batch.length === MAX_TRANSACTIONS_ASKED) break;
      }
      return batch;
    },
  };
}

/** The largest load of the largest group, where that has more than `load` and its group would have; or null. */
function largestBeside(load: PeerLoad, loads: readonly PeerLoad[]): PeerLoad | null {
  const byGroup = new Map<string, number>();
  for (const { group, held } of loads) byGroup.set(group, (byGroup.get(group) ?? 0) + held);
  const ofGroup = ({ group }: PeerLoad): number => byGroup.get(group) ?? 0;
  let largest = load;
  for (const other of loads) {
    const more = ofGroup(other) - ofGroup(largest);
    if (more > 0 || (more === 0 && other.held > largest.held)) largest = other;
  }
  const hasMore =
    largest.group === load.group ? largest.held > load.held + 1 : ofGroup(largest) > ofGroup(load) + 1;
  return hasMore ? largest : null;
}
