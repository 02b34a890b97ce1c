import { fromHex, toHex } from '../../core/codec/hex.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { sourceOf } from '../transport/pool-source.ts';
import type { Peer } from '../peers/peer.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { decodeTransactions, encodeGetTransactions, type Naming } from '../protocol/relay-messages.ts';
import { createWantedTransactions, type PeerLoad, type Wanted } from './wanted-transactions.ts';

export interface FetcherDeps {
  readonly peer: (id: string) => Peer | undefined;
  /** A requested transaction arrived. */
  deliver(tx: Transaction, peerId: string): void;
  /** The peer announces transactions and does not deliver them. */
  onViolation(peerId: string, peerViolation: PeerViolation): void;
  readonly clock: Pick<Clock, 'after' | 'soon'>;
  readonly log: Log;
}

/** Requests each announced transaction once, from one of its announcers. If that fails, it asks the next announcer. */
export interface Fetcher {
  /**
   * Requests transactions; `ids` are hexadecimal. For a transaction that is requested already, the peer is only kept as
   * another announcer.
   */
  want(by: Naming, ids: readonly string[], peerId: string): void;
  /** The transaction arrived in another way, or is no longer wanted. */
  drop(by: Naming, id: string): void;
  forget(peerId: string): void;
  /** A block was connected here or announced by a peer. Transactions that were announced before may be mined. */
  tipMoved(): void;
  readonly size: number;
}

const MAX_FALLBACKS = 8;
const MAX_PARALLEL_REQUESTS = 2;
/**
 * After this time another announcer is asked too, so that a peer that announces first and does not answer delays
 * nothing.
 */
const FALLBACK_MS = 2000;
/**
 * Number of transactions in a row that a peer may announce and not deliver since the last change of the tip. A block
 * can remove thousands from every mempool between announcement and request.
 */
const MAX_UNSERVED = 1000;

export function createFetcher(deps: FetcherDeps): Fetcher {
  const { clock } = deps;
  const groupOf = (peerId: string) => sourceOf(deps.peer(peerId)?.address ?? '').group ?? peerId;
  const wanted = createWantedTransactions(groupOf);
  // Announcements arrive in bursts. A request waits for the end of a burst, so that it covers all of them.
  const runSoon = createRunSoon(clock, run);
  let epoch = 0;

  function run(peerId: string): void {
    const load = wanted.load(peerId);
    const peer = deps.peer(peerId);
    if (load === undefined || peer === undefined) return;
    while (load.running < MAX_PARALLEL_REQUESTS && load.queue.size > 0) request(peer, load);
  }

  function request(peer: Peer, load: PeerLoad): void {
    const batch = wanted.take(load);
    const entries = batch.map((key) => wanted.get(key)!);
    const overdue = clock.after(FALLBACK_MS, () => askOthers(peer.id, load, batch));
    load.running++;
    void askFor(peer, entries, (entry, tx) => {
      if (wanted.remove(`${entry.by}:${entry.id}`)) deps.deliver(tx, peer.id);
    })
      .then((found) => {
        if (withholds(load, entries.filter((entry) => entry.epoch === epoch).length, found))
          deps.onViolation(peer.id, peerViolation('tx-withheld', { asked: MAX_UNSERVED }));
      })
      .catch((error: unknown) =>
        deps.log.debug('transactions did not arrive', { peer: peer.id, cause: String(error) }),
      )
      .finally(() => {
        overdue.cancel();
        load.running--;
        load.slow = false;
        batch.filter((key) => wanted.get(key)?.asking === peer.id).forEach(next);
        run(peer.id);
      });
  }

  /** The request is overdue: requests its transactions from other peers that announced them. */
  function askOthers(peerId: string, load: PeerLoad, batch: readonly string[]): void {
    load.slow = true;
    for (const key of [...batch, ...load.queue]) {
      const entry = wanted.get(key);
      if (entry?.asking === peerId && entry.others.length > 0) next(key);
    }
  }

  // The peer did not deliver the transaction: asks the next announcer, or drops the transaction.
  function next(key: string): void {
    const entry = wanted.get(key);
    if (entry === undefined) return;
    const peerId = takeFallback(entry, deps.peer);
    if (peerId === undefined) return void wanted.remove(key);
    wanted.assign(key, entry, peerId);
    runSoon(peerId);
  }

  function want(by: Naming, ids: readonly string[], peerId: string): void {
    const load = wanted.open(peerId);
    for (const id of ids) {
      const key = `${by}:${id}`;
      const known = wanted.get(key);
      if (known === undefined) {
        if (wanted.hasRoom(load)) wanted.assign(key, { by, id, asking: peerId, others: [], epoch }, peerId);
      } else if (known.asking !== peerId) {
        if (known.others.length < MAX_FALLBACKS && !known.others.includes(peerId)) known.others.push(peerId);
        if (wanted.load(known.asking)?.slow === true) next(key);
      }
    }
    if (load.queue.size > 0) runSoon(peerId);
  }

  return {
    want,
    drop: (by, id) => void wanted.remove(`${by}:${id}`),
    forget(peerId) {
      wanted.close(peerId);
      wanted.askedOf(peerId).forEach(next);
    },
    tipMoved() {
      epoch++;
      for (const load of wanted.loads()) load.unserved = 0;
    },
    get size() {
      return wanted.size;
    },
  };
}

/** Returns a function that calls `run` for a peer in the next turn of the event loop, once for all calls until then. */
function createRunSoon(clock: Pick<Clock, 'soon'>, run: (peerId: string) => void): (peerId: string) => void {
  const scheduled = new Set<string>();
  return (peerId) => {
    if (scheduled.has(peerId)) return;
    scheduled.add(peerId);
    void clock.soon().then(() => {
      scheduled.delete(peerId);
      run(peerId);
    });
  };
}

/** Removes and returns the next announcer to ask. Announcers that have disconnected are removed too. */
function takeFallback(entry: Wanted, peer: FetcherDeps['peer']): string | undefined {
  const there = entry.others.filter((id) => peer(id) !== undefined);
  // An outbound peer is less likely to be an attacker's.
  const chosen = there.find((id) => peer(id)?.direction === 'outbound') ?? there[0];
  entry.others.splice(0, Infinity, ...there.filter((id) => id !== chosen));
  return chosen;
}

/**
 * Counts what the peer did not deliver. True when that was too much.
 * @param asked number of requested transactions that were announced since the last change of the tip
 */
function withholds(load: PeerLoad, asked: number, found: number): boolean {
  load.unserved = found > 0 ? 0 : load.unserved + asked;
  if (load.unserved < MAX_UNSERVED) return false;
  load.unserved = 0;
  return true;
}

/** Requests these transactions. Resolves to the number that arrived. */
async function askFor(
  peer: Peer,
  entries: readonly Wanted[],
  arrived: (entry: Wanted, tx: Transaction) => void,
): Promise<number> {
  if (entries.length === 0) return 0;
  let found = 0;
  await peer.relay.call({
    kind: REQUEST.getTransactions,
    body: encodeGetTransactions({ by: entries[0]!.by, ids: entries.map(({ id }) => fromHex(id)!) }),
    onReply(frame) {
      const asked = new Map(entries.map((entry) => [entry.id, entry]));
      const wrong = receive(asked, frame.body, arrived);
      found = entries.length - asked.size;
      return wrong;
    },
  });
  return found;
}

/** Removes the transactions that arrived from `asked`. */
function receive(
  asked: Map<string, Wanted>,
  body: Uint8Array,
  arrived: (entry: Wanted, tx: Transaction) => void,
): PeerViolation | null {
  const encoded = decodeTransactions(body);
  if (isViolation(encoded)) return encoded;
  for (const bytes of encoded) {
    const tx = decodeTransaction(bytes);
    if (isViolation(tx)) return tx;
    const entry = asked.get(toHex(tx.wid)) ?? asked.get(tx.txidHex);
    if (entry === undefined) return peerViolation('tx-unasked', { txid: tx.txidHex });
    asked.delete(entry.id);
    arrived(entry, tx);
  }
  return null;
}
