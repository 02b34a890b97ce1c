import { fromHex, toHex } from '../../core/codec/hex.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Log } from '../../lib/log.ts';
import type { Peer } from '../peers/peer.ts';
import { FRAME, MAX_TRANSACTIONS_ASKED } from '../wire/frame-types.ts';
import { type Offence, offence } from '../wire/offence.ts';
import { decodeTransactions, encodeGetTransactions, type Naming } from '../wire/relay-messages.ts';

export interface FetcherDeps {
  peer(id: string): Peer | undefined;
  /** A transaction that was asked for. */
  deliver(tx: Transaction, peerId: string): void;
  readonly log: Log;
}

/** Fetches each announced transaction once, from one of those that announced it; another is asked when that fails. */
export interface Fetcher {
  /** `ids` in hexadecimal; those that are on their way already only gain a fallback. */
  want(by: Naming, ids: readonly string[], peerId: string): void;
  /** It is here by another way, or not wanted any more. */
  drop(by: Naming, id: string): void;
  forget(peerId: string): void;
  readonly size: number;
}

/** Transactions on their way at once, over all peers. */
const MOST = 20_000;
/** What one peer may have announced and not yet been asked for. */
const MOST_QUEUED = 5000;
const MOST_FALLBACKS = 8;
const REQUESTS_AT_ONCE = 2;
const REPLY_MS = 10_000;

interface Wanted {
  readonly by: Naming;
  readonly id: string;
  asking: string;
  readonly others: string[];
}

interface Lane {
  readonly queue: Set<string>;
  running: number;
}

export function createFetcher(deps: FetcherDeps): Fetcher {
  // Keyed by `wid:…` or `txid:…`: a parent may be wanted by its txid while its wid is announced.
  const wanted = new Map<string, Wanted>();
  const lanes = new Map<string, Lane>();

  const laneOf = (peerId: string): Lane => {
    const lane = lanes.get(peerId) ?? { queue: new Set(), running: 0 };
    lanes.set(peerId, lane);
    return lane;
  };

  function want(by: Naming, ids: readonly string[], peerId: string): void {
    const lane = laneOf(peerId);
    for (const id of ids) {
      const key = `${by}:${id}`;
      const known = wanted.get(key);
      if (known !== undefined) {
        if (known.asking !== peerId && known.others.length < MOST_FALLBACKS && !known.others.includes(peerId))
          known.others.push(peerId);
      } else if (wanted.size < MOST && lane.queue.size < MOST_QUEUED) {
        wanted.set(key, { by, id, asking: peerId, others: [] });
        lane.queue.add(key);
      }
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
      void ask(peer, batch)
        .catch((error: unknown) =>
          deps.log.debug('payments did not come', { peer: peerId, cause: String(error) }),
        )
        .finally(() => {
          lane.running--;
          batch.filter((key) => wanted.get(key)?.asking === peerId).forEach(next);
          run(peerId);
        });
    }
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

  async function ask(peer: Peer, batch: readonly string[]): Promise<void> {
    const entries = batch.map((key) => wanted.get(key)!);
    if (entries.length === 0) return;
    await peer.relay.call({
      type: FRAME.getTransactions.type,
      body: encodeGetTransactions({ by: entries[0]!.by, ids: entries.map(({ id }) => fromHex(id)!) }),
      replies: 1,
      accepts: ACCEPTS,
      timeoutMs: REPLY_MS,
      onReply: (frame) => receive(peer, new Map(entries.map((entry) => [entry.id, entry])), frame.body),
    });
  }

  function receive(peer: Peer, asked: Map<string, Wanted>, body: Uint8Array): Offence | null {
    const encoded = decodeTransactions(body);
    if (isViolation(encoded)) return encoded;
    for (const bytes of encoded) {
      const tx = decodeTransaction(bytes);
      if (isViolation(tx)) return tx;
      const entry = asked.get(toHex(tx.wid)) ?? asked.get(tx.txidHex);
      if (entry === undefined) return offence('tx-unasked', { txid: tx.txidHex });
      asked.delete(entry.id);
      if (wanted.delete(`${entry.by}:${entry.id}`)) deps.deliver(tx, peer.id);
    }
    return null;
  }

  // The peer asked didn't bring it: the next one that announced it is asked, or it is given up.
  function next(key: string): void {
    const entry = wanted.get(key);
    if (entry === undefined) return;
    for (let peerId = entry.others.shift(); peerId !== undefined; peerId = entry.others.shift()) {
      if (deps.peer(peerId) === undefined) continue;
      entry.asking = peerId;
      laneOf(peerId).queue.add(key);
      setImmediate(run, peerId);
      return;
    }
    wanted.delete(key);
  }

  return {
    want,
    drop: (by, id) => void wanted.delete(`${by}:${id}`),
    forget(peerId) {
      lanes.delete(peerId);
      for (const [key, entry] of wanted) if (entry.asking === peerId) next(key);
    },
    get size() {
      return wanted.size;
    },
  };
}

const ACCEPTS = new Map<number, number>([[FRAME.transactions.type, FRAME.transactions.cap]]);
