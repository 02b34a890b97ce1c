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
  /** A transaction that was asked for. */
  deliver(tx: Transaction, peerId: string): void;
  /** The peer announces and doesn't serve. */
  onViolation(peerId: string, peerViolation: PeerViolation): void;
  readonly log: Log;
}

/** Fetches each announced transaction once, from one of those that announced it; another is asked when that fails. */
export interface Fetcher {
  /** `ids` in hexadecimal; those that are on their way already only gain a fallback. */
  want(by: Naming, ids: readonly string[], peerId: string): void;
  /** It is here by another way, or not wanted any more. */
  drop(by: Naming, id: string): void;
  forget(peerId: string): void;
  /** A block was connected here, or a peer says that one was there: what was announced before may be mined by now. */
  tipMoved(): void;
  readonly size: number;
}

/**
 * Transactions on their way at once, over all peers. When all are taken, the network group that has most loses the oldest
 * of its peer with most: a few peers of one owner do not keep out what others announce.
 */
const MOST = 20_000;
/** What one peer may have announced and not yet been asked for. */
const MOST_QUEUED = 5000;
const MOST_FALLBACKS = 8;
const REQUESTS_AT_ONCE = 2;
/** After so long another announcer is asked as well: a peer that announces first and then says nothing holds nothing up. */
const FALLBACK_MS = 2000;
/**
 * Transactions in a row that a peer announced and did not have when asked, all since the tip last moved: a block can take
 * thousands out of every mempool between announcement and request.
 */
const MOST_UNSERVED = 1000;

interface Wanted {
  readonly by: Naming;
  readonly id: string;
  asking: string;
  readonly others: string[];
  /** How often the tip had moved when it was announced. */
  readonly epoch: number;
}

interface Lane {
  /** The network group of the peer; the peer itself where it has none. */
  readonly group: string;
  readonly queue: Set<string>;
  running: number;
  /** What it is asked for or will be. */
  held: number;
  /** It lets a question wait right now. */
  slow: boolean;
  unserved: number;
}

export function createFetcher(deps: FetcherDeps): Fetcher {
  // Keyed by `wid:…` or `txid:…`: a parent may be wanted by its txid while its wid is announced.
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

  /** Whether this peer may have one more on its way; takes it from the largest group when all room is taken. */
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
    // Announcements come in bursts; waiting for the end of this one makes one request of it.
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
          deps.log.debug('payments did not come', { peer: peerId, cause: String(error) });
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

  /** @param asked of those that were announced since the tip last moved. */
  function weigh(peerId: string, lane: Lane, asked: number, found: number): void {
    lane.unserved = found > 0 ? 0 : lane.unserved + asked;
    if (lane.unserved < MOST_UNSERVED) return;
    lane.unserved = 0;
    deps.onViolation(peerId, peerViolation('tx-withheld', { asked: MOST_UNSERVED }));
  }

  // One request asks by one name only.
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

  /** How many of them came. */
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

  // The peer asked didn't bring it: the next one that announced it is asked, or it is given up.
  function next(key: string): void {
    const entry = wanted.get(key);
    if (entry === undefined) return;
    const there = entry.others.filter((id) => deps.peer(id) !== undefined);
    // One that we chose ourselves is less likely to be an attacker's.
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
