import { MAX_TRANSACTIONS_ASKED } from '../protocol/frame-types.ts';
import type { Naming } from '../protocol/relay-messages.ts';

export interface Wanted {
  readonly by: Naming;
  readonly id: string;
  /** The peer that the transaction is requested from, or queued for. */
  asking: string;
  /** Other announcers, to be asked if this peer does not deliver. */
  readonly others: string[];
  /** How often the tip had changed when the transaction was announced. */
  readonly epoch: number;
}

/** What is requested from one peer. */
export interface PeerLoad {
  /** The network group of the peer, or its peer id without one. */
  readonly group: string;
  readonly queue: Set<string>;
  running: number;
  /** Number of transactions requested from the peer or queued for it. */
  held: number;
  /** Whether a request to the peer is overdue. */
  slow: boolean;
  unserved: number;
}

/**
 * The wanted transactions, and the peer that each is requested from; bounded. Keys are `wid:…` or `txid:…`, because a
 * parent may be wanted by its txid while its wid is announced.
 */
export interface WantedTransactions {
  readonly size: number;
  get(key: string): Wanted | undefined;
  /** The keys requested from this peer or queued for it. */
  askedOf(peerId: string): string[];
  /** Undefined if nothing was requested from the peer. */
  load(peerId: string): PeerLoad | undefined;
  loads(): Iterable<PeerLoad>;
  /** The load of this peer, created on first use. */
  open(peerId: string): PeerLoad;
  close(peerId: string): void;
  /** Queues a transaction for this peer, and removes it from the queue of the peer before. */
  assign(key: string, entry: Wanted, peerId: string): void;
  remove(key: string): boolean;
  /**
   * Whether another transaction may be queued for this peer. At the limit removes a transaction of the largest network
   * group to make room.
   */
  hasRoom(load: PeerLoad): boolean;
  /** The keys of the next request, which contains either wids or txids. */
  take(load: PeerLoad): string[];
}

/**
 * Maximum number of wanted transactions over all peers. At the limit, the network group with the most loses the oldest
 * transaction of its largest peer. So a few peers of one owner cannot displace the announcements of other peers.
 */
const MAX_WANTED = 20_000;
/** Maximum number of announced transactions of one peer that wait to be requested. */
const MAX_QUEUED_PER_PEER = 5000;

/** `netgroupOf` returns the network group of a peer. */
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
    if (load.queue.size >= MAX_QUEUED_PER_PEER) return false;
    if (wanted.size < MAX_WANTED) return true;
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

/**
 * The largest load of the largest network group. Null if that group would not be larger than the group of `load` after
 * one more.
 */
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
