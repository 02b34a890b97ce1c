import type { Hash } from '../../core/crypto/hash.ts';
import { createAlarm } from '../../lib/alarm.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';

export interface OwnPaymentsDeps {
  /** Whether the transaction is still unconfirmed. */
  pending(txid: string): boolean;
  announce(wid: Hash): void;
  /** The number of peers that have the transaction has changed. */
  changed(txid: string): void;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly random: Pick<Random, 'number'>;
}

/** Tracks own transactions: which peers have them. Announces each again, every 10 to 30 minutes, until it is mined. */
export interface OwnPayments {
  /** False when the transaction is tracked already. */
  track(txid: string, wid: Hash, widHex: string): boolean;
  /** A peer requested it from us or announced it to us. */
  seen(widHex: string, peerId: string): void;
  /** The number of connected peers that have it; null when it is not an own transaction. */
  seenBy(txid: string): number | null;
  forget(peerId: string): void;
  stop(): void;
}

const AGAIN_MS = { least: 10 * 60_000, most: 30 * 60_000 };
/** The least time between two looks at what is due: one wakes the node for many transactions. */
const PAUSE_MS = 15_000;
const MOST = 2000;

interface Own {
  readonly txid: string;
  readonly wid: Hash;
  readonly peers: Set<string>;
  dueAt: number;
}

export function createOwnPayments(deps: OwnPaymentsDeps): OwnPayments {
  const { clock, random } = deps;
  const byWid = new Map<string, Own>();
  const byTxid = new Map<string, Own>();
  // A regular interval would reveal to an observer whose transaction it is.
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
    alarm.by(Math.max(next, now + PAUSE_MS));
  }

  return {
    track(txid, wid, widHex) {
      if (byWid.has(widHex)) return false;
      const own = { txid, wid, peers: new Set<string>(), dueAt: nextTime() };
      byWid.set(widHex, own);
      byTxid.set(txid, own);
      alarm.by(own.dueAt);
      if (byWid.size > MOST) {
        const [oldest, { txid: gone }] = byWid.entries().next().value!;
        byWid.delete(oldest);
        byTxid.delete(gone);
      }
      return true;
    },
    seen(widHex, peerId) {
      const own = byWid.get(widHex);
      if (own === undefined || own.peers.has(peerId)) return;
      own.peers.add(peerId);
      deps.changed(own.txid);
    },
    seenBy: (txid) => byTxid.get(txid)?.peers.size ?? null,
    forget(peerId) {
      for (const own of byWid.values()) if (own.peers.delete(peerId)) deps.changed(own.txid);
    },
    stop: alarm.stop,
  };
}
