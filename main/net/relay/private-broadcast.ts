import type { Transaction } from '../../core/primitives/transaction.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { numberBelow, type Random } from '../../lib/random.ts';
import { type Peer, relays } from '../peers/peer.ts';
import { REQUEST } from '../protocol/requests.ts';

export interface PrivateBroadcastDeps {
  readonly peers: { list(): readonly Peer[]; get(id: string): Peer | undefined };
  /** Announces the transaction to the peers of the mesh, or to all peers. */
  announce(tx: Transaction, toAllPeers: boolean): void;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly log: Log;
  readonly random: Pick<Random, 'number'>;
}

/**
 * Private broadcast: hides that a transaction comes from this node. It is sent on the relay stream to one outbound peer
 * (the stem peer), which announces it like any other. This node announces it only if no other peer announces it within
 * the timeout.
 */
export interface PrivateBroadcast {
  /** Sends the transaction to the stem peer. False when there is no suitable peer. */
  send(tx: Transaction): boolean;
  /** A peer announced the transaction, so other nodes have it. From now on it is treated like any other transaction. */
  echoed(widHex: string): void;
  /** Whether this node must not yet reveal to this peer that the transaction exists. */
  hides(widHex: string, peerId: string): boolean;
  stop(): void;
}

const ECHO_MS = { least: 5000, most: 10_000 };
/** How long one stem peer is used for all own transactions. A new one for each would show them to all peers in turn. */
const KEEP_MS = 10 * 60_000;
const MAX_TRANSACTIONS = 1000;

export function createPrivateBroadcast(deps: PrivateBroadcastDeps): PrivateBroadcast {
  const { peers, clock, random } = deps;
  const hidden = new Map<string, { readonly tx: Transaction; readonly timer: Timer }>();
  let hop: string | null = null;
  let chosenAt = 0;

  // Only outbound peers: an observer may have opened many of the inbound connections.
  function choose(): Peer | null {
    const kept = hop === null ? undefined : peers.get(hop);
    if (kept !== undefined && clock.monotonic() - chosenAt < KEEP_MS) return kept;
    const able = peers
      .list()
      .filter((peer) => peer.direction === 'outbound' && peer.kind !== 'feeler' && relays(peer));
    const chosen = able[numberBelow(random, able.length)];
    hop = chosen?.id ?? null;
    chosenAt = clock.monotonic();
    return chosen ?? null;
  }

  function release(widHex: string, toAllPeers: boolean): void {
    const entry = hidden.get(widHex);
    if (entry === undefined) return;
    entry.timer.cancel();
    hidden.delete(widHex);
    deps.announce(entry.tx, toAllPeers);
  }

  return {
    send(tx) {
      const peer = hidden.size < MAX_TRANSACTIONS ? choose() : null;
      if (peer === null) return false;
      const wid = toHex(tx.wid);
      const wait = ECHO_MS.least + random.number() * (ECHO_MS.most - ECHO_MS.least);
      hidden.set(wid, { tx, timer: clock.after(wait, () => release(wid, true)) });
      peer.relay
        .call({ kind: REQUEST.handOver, body: tx.bytes })
        .catch((error: unknown) =>
          deps.log.debug('the stem peer did not accept a transaction', { error: String(error) }),
        );
      return true;
    },
    echoed: (widHex) => release(widHex, false),
    hides: (widHex, peerId) => peerId !== hop && hidden.has(widHex),
    stop() {
      for (const { timer } of hidden.values()) timer.cancel();
      hidden.clear();
    },
  };
}
