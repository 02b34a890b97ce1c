import type { Hash } from '../../core/crypto/hash.ts';

export interface OwnPaymentsDeps {
  /** Whether the transaction is still unconfirmed. */
  pending(txid: string): boolean;
  announce(wid: Hash): void;
  /** The number of peers that have the transaction has changed. */
  changed(txid: string): void;
  readonly ms: () => number;
  readonly random: () => number;
}

/** Tracks own transactions: which peers have them, and when to announce them again until they are mined. */
export interface OwnPayments {
  /** False when the transaction is tracked already. */
  track(txid: string, wid: Hash, widHex: string): boolean;
  /** A peer requested it from us or announced it to us. */
  seen(widHex: string, peerId: string): void;
  /** The number of connected peers that have it; null when it is not an own transaction. */
  seenBy(txid: string): number | null;
  forget(peerId: string): void;
  /** Announces the transactions that are due; called periodically. */
  tick(): void;
}

const AGAIN_MS = { least: 10 * 60_000, most: 30 * 60_000 };
const MOST = 2000;

interface Own {
  readonly txid: string;
  readonly wid: Hash;
  readonly peers: Set<string>;
  dueAt: number;
}

export function createOwnPayments(deps: OwnPaymentsDeps): OwnPayments {
  const byWid = new Map<string, Own>();
  const byTxid = new Map<string, Own>();
  // A regular interval would reveal to an observer whose transaction it is.
  const nextTime = () => deps.ms() + AGAIN_MS.least + deps.random() * (AGAIN_MS.most - AGAIN_MS.least);

  return {
    track(txid, wid, widHex) {
      if (byWid.has(widHex)) return false;
      const own = { txid, wid, peers: new Set<string>(), dueAt: nextTime() };
      byWid.set(widHex, own);
      byTxid.set(txid, own);
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
    tick() {
      const now = deps.ms();
      for (const own of byWid.values()) {
        if (own.dueAt > now) continue;
        own.dueAt = nextTime();
        if (deps.pending(own.txid)) deps.announce(own.wid);
      }
    },
  };
}
