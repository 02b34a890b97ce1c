import type { Hash } from '../../core/crypto/hash.ts';
import { createAlarm } from '../../lib/alarm.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { createPaymentSpread, type PaymentSpread, type Spread, type SpreadSign } from './payment-spread.ts';

export interface OwnPaymentsDeps {
  /** Whether the transaction is still unconfirmed. */
  pending(txid: string): boolean;
  announce(wid: Hash): void;
  /** The number of peers that have the transaction changed. */
  changed(txid: string): void;
  /** Number of connected peers that relay transactions. */
  connected(): number;
  readonly clock: Pick<Clock, 'monotonic' | 'now' | 'after'>;
  readonly random: Pick<Random, 'number'>;
}

/**
 * Tracks which peers have the transactions of this node. Announces each again every 10 to 30 minutes until it is mined.
 */
export interface OwnPayments {
  /** Starts to track a transaction. `isNew`: this node sends it for the first time. False when it is tracked already. */
  track(tx: { readonly txid: string; readonly wid: Hash; readonly widHex: string }, isNew: boolean): boolean;
  /** A peer requested the transaction from this node or announced it to this node. */
  seen(widHex: string, peerId: string, sign: SpreadSign): void;
  /** Number of connected peers that have it; null when it is not a transaction of this node. */
  seenBy(txid: string): number | null;
  /** Which peers had it over time; null when it is not a transaction of this node. */
  spreadOf(txid: string): Spread | null;
  forget(peerId: string): void;
  stop(): void;
}

const AGAIN_MS = { least: 10 * 60_000, most: 30 * 60_000 };
/** Shortest time between two rounds. Each round announces all transactions that are due, so one timer is enough. */
const PAUSE_MS = 15_000;
const MAX_TRANSACTIONS = 2000;

interface Own {
  readonly txid: string;
  readonly wid: Hash;
  readonly peers: Set<string>;
  readonly spread: PaymentSpread;
  dueAt: number;
}

export function createOwnPayments(deps: OwnPaymentsDeps): OwnPayments {
  const { clock, random } = deps;
  const byWid = new Map<string, Own>();
  const byTxid = new Map<string, Own>();
  // A regular interval would show an observer whose transaction it is.
  const nextTime = () =>
    clock.monotonic() + AGAIN_MS.least + random.number() * (AGAIN_MS.most - AGAIN_MS.least);
  const alarm = createAlarm(clock, announceDue);

  function announceDue(): void {
    const now = clock.monotonic();
    let next = Infinity;
    for (const own of byWid.values()) {
      if (own.dueAt <= now) {
        own.dueAt = nextTime();
        if (deps.pending(own.txid)) deps.announce(own.wid);
      }
      next = Math.min(next, own.dueAt);
    }
    alarm.scheduleBy(Math.max(next, now + PAUSE_MS));
  }

  return {
    track({ txid, wid, widHex }, isNew) {
      if (byWid.has(widHex)) return false;
      const spread = createPaymentSpread(clock, deps.connected, isNew);
      const own = { txid, wid, peers: new Set<string>(), spread, dueAt: nextTime() };
      byWid.set(widHex, own);
      byTxid.set(txid, own);
      alarm.scheduleBy(own.dueAt);
      if (byWid.size > MAX_TRANSACTIONS) {
        const [oldest, { txid: gone }] = byWid.entries().next().value!;
        byWid.delete(oldest);
        byTxid.delete(gone);
      }
      return true;
    },
    seen(widHex, peerId, sign) {
      const own = byWid.get(widHex);
      if (own === undefined || own.peers.has(peerId)) return;
      own.peers.add(peerId);
      own.spread.seen(peerId, sign, own.peers.size);
      deps.changed(own.txid);
    },
    seenBy: (txid) => byTxid.get(txid)?.peers.size ?? null,
    spreadOf: (txid) => byTxid.get(txid)?.spread.read() ?? null,
    forget(peerId) {
      for (const own of byWid.values()) if (own.peers.delete(peerId)) deps.changed(own.txid);
    },
    stop: alarm.stop,
  };
}
