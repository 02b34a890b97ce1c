import type { Transaction } from '../../core/primitives/transaction.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Peer, relays } from '../peers/peer.ts';
import { REQUEST } from '../protocol/requests.ts';

export interface FirstHopDeps {
  readonly peers: { list(): readonly Peer[]; get(id: string): Peer | undefined };
  /** Tells others of the payment: those of the mesh, or everyone. */
  announce(tx: Transaction, everyone: boolean): void;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

/**
 * Hides where a payment of ours comes from: it goes to one peer that we chose, over a stream of its own, and that peer
 * announces it as it announces everything. Only when it doesn't come back from anybody do we announce it ourselves.
 */
export interface PrivateBroadcast {
  /** False when there is nobody to hide behind. */
  send(tx: Transaction): boolean;
  /** Somebody announced it, so it is no secret that it exists: from here on it is like any other. */
  echoed(widHex: string): void;
  /** Whether this peer may not learn from us yet that we have it. */
  hides(widHex: string, peerId: string): boolean;
  stop(): void;
}

const ECHO_MS = { least: 5000, most: 10_000 };
/** One peer sees our payments of such a time; a new one for each would show them to all in turn. */
const KEEP_MS = 10 * 60_000;
const MOST = 1000;

export function createPrivateBroadcast(deps: FirstHopDeps): PrivateBroadcast {
  const { peers, clock, random } = deps;
  const hidden = new Map<string, { readonly tx: Transaction; readonly timer: NodeJS.Timeout }>();
  let hop: string | null = null;
  let chosenAt = 0;

  // An inbound peer may be one of many that an observer has opened.
  function choose(): Peer | null {
    const kept = hop === null ? undefined : peers.get(hop);
    if (kept !== undefined && clock.ms() - chosenAt < KEEP_MS) return kept;
    const able = peers
      .list()
      .filter((peer) => peer.direction === 'outbound' && peer.kind !== 'feeler' && relays(peer));
    const chosen = able[Math.floor(random() * able.length)];
    hop = chosen?.id ?? null;
    chosenAt = clock.ms();
    return chosen ?? null;
  }

  function release(widHex: string, everyone: boolean): void {
    const entry = hidden.get(widHex);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    hidden.delete(widHex);
    deps.announce(entry.tx, everyone);
  }

  return {
    send(tx) {
      const peer = hidden.size < MOST ? choose() : null;
      if (peer === null) return false;
      const wid = toHex(tx.wid);
      const wait = ECHO_MS.least + random() * (ECHO_MS.most - ECHO_MS.least);
      hidden.set(wid, { tx, timer: setTimeout(() => release(wid, true), wait) });
      peer.relay
        .call({ kind: REQUEST.handOver, body: tx.bytes })
        .catch((error: unknown) => deps.log.debug('a payment was not taken over', { error: String(error) }));
      return true;
    },
    echoed: (widHex) => release(widHex, false),
    hides: (widHex, peerId) => peerId !== hop && hidden.has(widHex),
    stop() {
      for (const { timer } of hidden.values()) clearTimeout(timer);
      hidden.clear();
    },
  };
}
