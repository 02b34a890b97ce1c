import { toHex } from '../../core/codec/hex.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import type { Mempool } from '../../mempool/mempool.ts';
import type { Gossip, ValidationResult } from '../transport/gossip.ts';
import { type Peer, relays } from '../peers/peer.ts';
import { PENALTY } from '../peers/penalties.ts';
import { decodeWids } from '../protocol/announcements.ts';
import { createPeerBudgets } from './relay-budgets.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { decodeWidList } from '../protocol/relay-messages.ts';
import { createAnnouncer } from './transaction-announcer.ts';
import { createFetcher } from './transaction-fetcher.ts';
import { createPrivateBroadcast } from './private-broadcast.ts';
import { createKnownSet, type KnownSet } from './known-set.ts';
import { createOwnPayments } from './own-payments.ts';
import type { Spread } from './payment-spread.ts';

/** The part of the mempool that the relay uses. */
export type MempoolView = Pick<
  Mempool,
  'submit' | 'get' | 'getByWid' | 'has' | 'newest' | 'entries' | 'missingParents' | 'dropSource' | 'events'
>;

export interface TransactionRelayDeps {
  readonly mempool: MempoolView;
  readonly gossip: Gossip;
  readonly topic: string;
  readonly peers: {
    list(): readonly Peer[];
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  /** A transaction was refused. It may still be mined. */
  onRefused(tx: Transaction): void;
  /** The number of peers that have a transaction of this node changed. */
  onSeen(txid: string): void;
  /** Whether own transactions are sent by private broadcast. */
  hideOrigin(): boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
}

/** Relays transactions: each is announced by wid, requested once, checked, and only then announced to other peers. */
export interface TransactionRelay {
  start(): void;
  stop(): void;
  /**
   * Tracks a transaction of this node, for example one that the wallet has from an earlier run. It is announced to
   * every peer, and again until it is mined. Transactions that this node submits to the mempool are tracked
   * automatically.
   */
  announce(tx: Transaction): void;
  seenBy(txid: string): number | null;
  /** Which peers had a transaction of this node over time. */
  spreadOf(txid: string): Spread | null;
  served(wid: string, peerId: string): void;
  /** The peer sent its own transaction by private broadcast; this node announces it. */
  receivedFromOrigin(tx: Transaction, peerId: string): void;
  /** Whether this node must not yet reveal to this peer that it has the transaction. */
  hides(wid: string, peerId: string): boolean;
  /** Requests the wids in the mempool of a new peer, once. */
  welcome(peer: Peer): void;
  /** The tip changed, so refused transactions may be valid now. */
  tipMoved(): void;
  /** The tip of a peer changed, so transactions that it announced before may be mined. */
  peerTipMoved(): void;
  forget(peerId: string): void;
}

/** Number of wids that one peer may announce: the burst, and the number per second. */
const WIDS = { burst: 20_000, perSecond: 2000 };
const MAX_REJECTED_WIDS = 50_000;

export function createTransactionRelay(deps: TransactionRelayDeps): TransactionRelay {
  const { mempool, peers, clock, log } = deps;
  const refused = createKnownSet(MAX_REJECTED_WIDS);
  const { announcer, own, privateBroadcast, broadcast } = createBroadcast(deps);
  const deliver = createDelivery(deps, refused, (txids, peerId) => fetcher.want('txid', txids, peerId));
  const fetcher = createFetcher({
    peer: (id) => peers.get(id),
    deliver,
    onViolation: (id, wrong) => peers.report(id, wrong),
    clock,
    log,
  });
  const listener = createListener(deps, (wids, peerId) => {
    const fresh = wids.filter((wid) => {
      seen(wid, peerId, 'announced');
      privateBroadcast.echoed(wid);
      return mempool.getByWid(wid) === undefined && !refused.has(wid);
    });
    if (fresh.length > 0) fetcher.want('wid', fresh, peerId);
  });
  // Any peer may request a transaction. Only those that relay are counted in "seen by n of m peers".
  const seen: typeof own.seen = (wid, peerId, sign) => {
    const peer = peers.get(peerId);
    if (peer !== undefined && relays(peer)) own.seen(wid, peerId, sign);
  };
  const off: (() => void)[] = [];

  return {
    start() {
      off.push(
        mempool.events.on('added', ({ tx, entry, origin }) => {
          fetcher.drop('wid', entry.wid);
          fetcher.drop('txid', entry.txid);
          if (origin === 'local') own.track({ txid: tx.txidHex, wid: tx.wid, widHex: entry.wid }, true);
          if (origin === 'local') broadcast(tx);
          else announcer.announce(tx.wid, false);
        }),
        mempool.events.on('rejected', ({ wid, sources, violation }) => {
          refused.add(wid);
          for (const source of sources) peers.report(source, violation);
        }),
      );
      deps.gossip.join(deps.topic, listener.validate);
    },
    stop() {
      for (const part of [announcer, own, privateBroadcast]) part.stop();
      for (const each of off) each();
    },
    announce(tx) {
      if (own.track({ txid: tx.txidHex, wid: tx.wid, widHex: toHex(tx.wid) }, false)) broadcast(tx);
    },
    seenBy: (txid) => own.seenBy(txid),
    spreadOf: (txid) => own.spreadOf(txid),
    served: (wid, peerId) => seen(wid, peerId, 'fetched'),
    receivedFromOrigin(tx, peerId) {
      seen(toHex(tx.wid), peerId, 'announced');
      if (!mempool.has(tx.txidHex)) deliver(tx, peerId);
    },
    hides: privateBroadcast.hides,
    welcome: listener.welcome,
    tipMoved() {
      refused.clear();
      fetcher.tipMoved();
    },
    peerTipMoved: () => fetcher.tipMoved(),
    forget(peerId) {
      for (const part of [fetcher, own, listener]) part.forget(peerId);
      mempool.dropSource(peerId);
    },
  };
}

/**
 * Announces transactions. A transaction of this node goes out by private broadcast first, and is announced again until
 * it is mined.
 */
function createBroadcast(deps: TransactionRelayDeps) {
  const { mempool, peers, clock, random, log } = deps;
  const announcer = createAnnouncer({
    publish: (data, toAllPeers) => deps.gossip.publish(deps.topic, data, toAllPeers),
    clock,
    random,
  });
  const own = createOwnPayments({
    pending: (txid) => mempool.has(txid),
    announce: (wid: Hash) => announcer.announce(wid, true),
    changed: deps.onSeen,
    connected: () => peers.list().filter(relays).length,
    clock,
    random,
  });
  const privateBroadcast = createPrivateBroadcast({
    peers,
    announce: (tx, toAllPeers) => announcer.announce(tx.wid, toAllPeers),
    clock,
    log,
    random,
  });
  /** Sends a transaction of this node to the stem peer, or announces it to every peer. */
  const broadcast = (tx: Transaction): void => {
    if (!deps.hideOrigin() || !privateBroadcast.send(tx)) announcer.announce(tx.wid, true);
  };
  return { announcer, own, privateBroadcast, broadcast };
}

/**
 * Learns of transactions: from announcements of peers within their limits, and from the wids in the mempool of a new
 * peer.
 */
function createListener(
  { peers, clock, log }: TransactionRelayDeps,
  onAnnounced: (wids: readonly string[], peerId: string) => void,
) {
  const budgets = createPeerBudgets(WIDS.burst, WIDS.perSecond, clock.monotonic);

  function learn(wids: readonly string[], peerId: string): void {
    const peer = peers.get(peerId);
    if (peer !== undefined && relays(peer)) onAnnounced(wids, peerId);
  }

  async function askForList(peer: Peer): Promise<void> {
    await peer.relay.call({
      kind: REQUEST.getWids,
      body: new Uint8Array(0),
      onReply(frame) {
        const wids = decodeWidList(frame.body);
        if (isViolation(wids)) return wids;
        learn(wids, peer.id);
        return null;
      },
    });
  }

  return {
    validate: (peerId: string, data: Uint8Array): ValidationResult => {
      const announcement = decodeWids(data);
      if (isViolation(announcement)) {
        peers.report(peerId, announcement);
        return 'blame';
      }
      const { wids } = announcement;
      if (!budgets.of(peerId).take(wids.length)) {
        peers.report(peerId, peerViolation('gossip-flood', { wids: wids.length }));
        return 'drop';
      }
      learn(wids.map(toHex), peerId);
      // With `drop` the gossip router does not relay the announcement. An announcer claims to have the transactions, so
      // each node announces only those that it has itself.
      return 'drop';
    },
    welcome: (peer: Peer): void => {
      askForList(peer).catch((error: unknown) => {
        if (codeOf(error) !== 'peer-gone')
          log.debug('the list of the mempool did not arrive', { peer: peer.id, cause: String(error) });
      });
    },
    forget: budgets.forget,
  };
}

/** Submits transactions of peers to the mempool, and reports those that break a rule. */
function createDelivery(
  deps: TransactionRelayDeps,
  refused: KnownSet,
  wantParents: (txids: readonly string[], peerId: string) => void,
): (tx: Transaction, peerId: string) => void {
  const { mempool, peers, log } = deps;

  async function submit(tx: Transaction, peerId: string): Promise<void> {
    const result = await mempool.submit(tx, { source: peerId });
    if (!isViolation(result)) return;
    if (PENALTY[result.code] === 'ignore') deps.onRefused(tx);
    if (result.code === 'policy-orphan') {
      const parents = mempool.missingParents(toHex(tx.wid));
      if (parents.length > 0) wantParents(parents, peerId);
      return;
    }
    refused.add(toHex(tx.wid));
    log.debug('a transaction was refused', { txid: tx.txidHex, code: result.code, peer: peerId });
    peers.report(peerId, result);
  }

  return (tx, peerId) =>
    void submit(tx, peerId).catch((error: unknown) => {
      log.error('a transaction could not be processed', { txid: tx.txidHex, error: String(error) });
      // An honest peer runs the same code and has accepted the transaction, so this is a bug here.
      const failure = handlerFailure('transaction', error);
      if (failure !== null) peers.report(peerId, failure);
    });
}
