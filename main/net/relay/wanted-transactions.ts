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
export interface Lane {
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
  lane(peerId: string): Lane | undefined;
  lanes(): Iterable<Lane>;
  /** The lane of this peer, created on first use. */
  open(peerId: string): Lane;
  close(peerId: string): void;
  /** Queues a transaction for this peer, and no longer for the one before. */
  assign(key: string, entry: Wanted, peerId: string): void;
  remove(key: string): boolean;
  /** Whether one more may be queued for this peer; removes one of the largest group when the limit is reached. */
  hasRoom(lane: Lane): boolean;
  /** The keys of the next request, which contains either wids or txids. */
  take(lane: Lane): string[];
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
  const lanes = new Map<string, Lane>();

  function open(peerId: string): Lane {
    const lane = lanes.get(peerId) ?? {
      group: groupOf(peerId),
      queue: new Set(),
      running: 0,
      held: 0,
      slow: false,
      unserved: 0,
    };
    lanes.set(peerId, lane);
    return lane;
  }

  function remove(key: string): boolean {
    const entry = wanted.get(key);
    if (entry === undefined) return false;
    const lane = lanes.get(entry.asking);
    if (lane !== undefined) {
      lane.held--;
      lane.queue.delete(key);
    }
    return wanted.delete(key);
  }

  function hasRoom(lane: Lane): boolean {
    if (lane.queue.size >= MOST_QUEUED) return false;
    if (wanted.size < MOST) return true;
    const largest = largestBeside(lane, [...lanes.values()]);
    if (largest === null) return false;
    const oldest =
      largest.queue.values().next().value ??
      [...wanted].find(([, { asking }]) => lanes.get(asking) === largest)?.[0];
    return oldest !== undefined && remove(oldest);
  }

  return {
    get size() {
      return wanted.size;
    },
    get: (key) => wanted.get(key),
    askedOf: (peerId) => [...wanted].flatMap(([key, { asking }]) => (asking === peerId ? [key] : [])),
    lane: (peerId) => lanes.get(peerId),
    lanes: () => lanes.values(),
    open,
    close: (peerId) => void lanes.delete(peerId),
    assign(key, entry, peerId) {
      const before = lanes.get(entry.asking);
      if (before !== undefined && entry.asking !== peerId) {
        before.held--;
        before.queue.delete(key);
      }
      const lane = open(peerId);
      if (entry.asking !== peerId || !wanted.has(key)) lane.held++;
      entry.asking = peerId;
      wanted.set(key, entry);
      lane.queue.add(key);
    },
    remove,
    hasRoom,
    take(lane) {
      const batch: string[] = [];
      let by: Naming | null = null;
      for (const key of lane.queue) {
        const entry = wanted.get(key);
        if (entry === undefined) {
          lane.queue.delete(key);
          continue;
        }
        by ??= entry.by;
        if (entry.by !== by) continue;
        lane.queue.delete(key);
        batch.push(key);
        if (batch.length === MAX_TRANSACTIONS_ASKED) break;
      }
      return batch;
    },
  };
}

/** The largest lane of the largest group, where that has more than `lane` and its group would have; or null. */
function largestBeside(lane: Lane, lanes: readonly Lane[]): Lane | null {
  const byGroup = new Map<string, number>();
  for (const { group, held } of lanes) byGroup.set(group, (byGroup.get(group) ?? 0) + held);
  const ofGroup = ({ group }: Lane): number => byGroup.get(group) ?? 0;
  let largest = lane;
  for (const other of lanes) {
    const more = ofGroup(other) - ofGroup(largest);
    if (more > 0 || (more === 0 && other.held > largest.held)) largest = other;
  }
  const hasMore =
    largest.group === lane.group ? largest.held > lane.held + 1 : ofGroup(largest) > ofGroup(lane) + 1;
  return hasMore ? largest : null;
}
