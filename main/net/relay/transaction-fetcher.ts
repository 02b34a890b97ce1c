import { fromHex, toHex } from '../../core/codec/hex.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
import { sourceOf } from '../transport/pool-source.ts';
import type { Peer } from '../peers/peer.ts';
import { MAX_TRANSACTIONS_ASKED } from '../protocol/frame-types.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { decodeTransactions, encodeGetTransactions, type Naming } from '../protocol/relay-messages.ts';

export interface FetcherDeps {
  peer(id: string): Peer | undefined;
  /** A requested transaction arrived. */
  deliver(tx: Transaction, peerId: string): void;
  /** The peer announces transactions and does not deliver them. */
  onViolation(peerId: string, peerViolation: PeerViolation): void;
  readonly log: Log;
}

/**
 * Requests each announced transaction once, from one of its announcers; the next announcer is asked when that fails.
 */
export interface Fetcher {
  /** `ids` in hexadecimal; a transaction that is requested already only gains a fallback. */
  want(by: Naming, ids: readonly string[], peerId: string): void;
  /** The transaction arrived in another way, or is no longer wanted. */
  drop(by: Naming, id: string): void;
  forget(peerId: string): void;
  /** A block was connected here, or a peer announced one: transactions announced before may be mined by now. */
  tipMoved(): void;
  readonly size: number;
}

/**
 * Most wanted transactions over all peers. When the limit is reached, the network group with most of them loses the
 * oldest one of its largest peer: a few peers of one owner cannot displace announcements of other peers.
 */
const MOST = 20_000;
/** Most announced transactions of one peer that wait to be requested. */
const MOST_QUEUED = 5000;
const MOST_FALLBACKS = 8;
const REQUESTS_AT_ONCE = 2;
/**
 * After this time another announcer is asked as well: a peer that announces first and does not answer delays nothing.
 */
const FALLBACK_MS = 2000;
/**
 * Transactions in a row that a peer announced and did not deliver, all since the last change of the tip: a block can
 * remove thousands from every mempool between announcement and request.
 */
const MOST_UNSERVED = 1000;

interface Wanted {
  readonly by: Naming;
  readonly id: string;
  asking: string;
  readonly others: string[];
  /** The number of tip changes before the announcement. */
  readonly epoch: number;
}

interface Lane {
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

export function createFetcher(deps: FetcherDeps): Fetcher {
  // Keys are `wid:…` or `txid:…`: a parent may be wanted by its txid while its wid is announced.
  const wanted = new Map<string, Wanted>();
  const lanes = new Map<string, Lane>();
  let epoch = 0;

  const laneOf = (peerId: string): Lane => {
    const lane = lanes.get(peerId) ?? {
      group: sourceOf(deps.peer(peerId)?.address ?? '').group ?? peerId,
      queue: new Set(),
      running: 0,
      held: 0,
      slow: false,
      unserved: 0,
    };
    lanes.set(peerId, lane);
    return lane;
  };

  function assign(key: string, entry: Wanted, peerId: string): void {
    const before = lanes.get(entry.asking);
    if (before !== undefined && entry.asking !== peerId) {
      before.held--;
      before.queue.delete(key);
    }
    const lane = laneOf(peerId);
    if (entry.asking !== peerId || !wanted.has(key)) lane.held++;
    entry.asking = peerId;
    wanted.set(key, entry);
    lane.queue.add(key);
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

  /**
   * Whether one more transaction may be queued for this peer; removes one of the largest group when the limit is
   * reached.
   */
  function hasRoom(lane: Lane): boolean {
    if (lane.queue.size >= MOST_QUEUED) return false;
    if (wanted.size < MOST) return true;
    const byGroup = new Map<string, number>();
    for (const { group, held } of lanes.values()) byGroup.set(group, (byGroup.get(group) ?? 0) + held);
    const ofGroup = ({ group }: Lane): number => byGroup.get(group) ?? 0;
    let largest = lane;
    for (const other of lanes.values()) {
      const more = ofGroup(other) - ofGroup(largest);
      if (more > 0 || (more === 0 && other.held > largest.held)) largest = other;
    }
    const hasLess =
      largest.group === lane.group ? largest.held > lane.held + 1 : ofGroup(largest) > ofGroup(lane) + 1;
    if (!hasLess) return false;
    const oldest =
      largest.queue.values().next().value ??
      [...wanted].find(([, { asking }]) => lanes.get(asking) === largest)?.[0];
    return oldest !== undefined && remove(oldest);
  }

  function want(by: Naming, ids: readonly string[], peerId: string): void {
    const lane = laneOf(peerId);
    for (const id of ids) {
      const key = `${by}:${id}`;
      const known = wanted.get(key);
      if (known !== undefined) {
        if (known.asking !== peerId && known.others.length < MOST_FALLBACKS && !known.others.includes(peerId))
          known.others.push(peerId);
        if (known.asking !== peerId && lanes.get(known.asking)?.slow === true) next(key);
      } else if (hasRoom(lane)) assign(key, { by, id, asking: peerId, others: [], epoch }, peerId);
    }
    // Announcements arrive in bursts; waiting for the end of a burst combines them into one request.
    if (lane.queue.size > 0) setImmediate(run, peerId);
  }

  function run(peerId: string): void {
    const lane = lanes.get(peerId);
    const peer = deps.peer(peerId);
    if (lane === undefined || peer === undefined) return;
    while (lane.running < REQUESTS_AT_ONCE && lane.queue.size > 0) {
      const batch = take(lane);
      lane.running++;
      const timeouts = setTimeout(() => waitsFor(peerId, lane, batch), FALLBACK_MS);
      const epochs = batch.map((key) => wanted.get(key)?.epoch);
      void ask(peer, batch)
        .then((found) => weigh(peerId, lane, epochs.filter((each) => each === epoch).length, found))
        .catch((error: unknown) => {
          deps.log.debug('transactions did not arrive', { peer: peerId, cause: String(error) });
        })
        .finally(() => {
          clearTimeout(timeouts);
          lane.running--;
          lane.slow = false;
          batch.filter((key) => wanted.get(key)?.asking === peerId).forEach(next);
          run(peerId);
        });
    }
  }

  function waitsFor(peerId: string, lane: Lane, batch: readonly string[]): void {
    lane.slow = true;
    for (const key of [...batch, ...lane.queue]) {
      const entry = wanted.get(key);
      if (entry?.asking === peerId && entry.others.length > 0) next(key);
    }
  }

  /** @param asked number of requested transactions that were announced since the last change of the tip. */
  function weigh(peerId: string, lane: Lane, asked: number, found: number): void {
    lane.unserved = found > 0 ? 0 : lane.unserved + asked;
    if (lane.unserved < MOST_UNSERVED) return;
    lane.unserved = 0;
    deps.onViolation(peerId, peerViolation('tx-withheld', { asked: MOST_UNSERVED }));
  }

  // A request contains either wids or txids.
  function take(lane: Lane): string[] {
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
  }

  /** Resolves to the number of transactions that arrived. */
  async function ask(peer: Peer, batch: readonly string[]): Promise<number> {
    const entries = batch.map((key) => wanted.get(key)!);
    if (entries.length === 0) return 0;
    let found = 0;
    await peer.relay.call({
      kind: REQUEST.getTransactions,
      body: encodeGetTransactions({ by: entries[0]!.by, ids: entries.map(({ id }) => fromHex(id)!) }),
      onReply(frame) {
        const asked = new Map(entries.map((entry) => [entry.id, entry]));
        const wrong = receive(peer, asked, frame.body);
        found = entries.length - asked.size;
        return wrong;
      },
    });
    return found;
  }

  function receive(peer: Peer, asked: Map<string, Wanted>, body: Uint8Array): PeerViolation | null {
    const encoded = decodeTransactions(body);
    if (isViolation(encoded)) return encoded;
    for (const bytes of encoded) {
      const tx = decodeTransaction(bytes);
      if (isViolation(tx)) return tx;
      const entry = asked.get(toHex(tx.wid)) ?? asked.get(tx.txidHex);
      if (entry === undefined) return peerViolation('tx-unasked', { txid: tx.txidHex });
      asked.delete(entry.id);
      if (remove(`${entry.by}:${entry.id}`)) deps.deliver(tx, peer.id);
    }
    return null;
  }

  // The peer did not deliver the transaction: the next announcer is asked, or the transaction is dropped.
  function next(key: string): void {
    const entry = wanted.get(key);
    if (entry === undefined) return;
    const there = entry.others.filter((id) => deps.peer(id) !== undefined);
    // An outbound peer is less likely to be an attacker's.
    const peerId = there.find((id) => deps.peer(id)?.direction === 'outbound') ?? there[0];
    if (peerId === undefined) return void remove(key);
    entry.others.splice(0, Infinity, ...there.filter((id) => id !== peerId));
    assign(key, entry, peerId);
    setImmediate(run, peerId);
  }

  return {
    want,
    drop: (by, id) => void remove(`${by}:${id}`),
    forget(peerId) {
      lanes.delete(peerId);
      for (const [key, entry] of wanted) if (entry.asking === peerId) next(key);
    },
    tipMoved() {
      epoch++;
      for (const lane of lanes.values()) lane.unserved = 0;
    },
    get size() {
      return wanted.size;
    },
  };
}
