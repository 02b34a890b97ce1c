import type { BinaryString } from '../core/codec/binary.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { decodeKnown } from './entry.ts';

/** A transaction with a missing parent. */
export interface Orphan {
  readonly wid: BinaryString;
  readonly txid: BinaryString;
  readonly bytes: Uint8Array;
  /** Ids of the missing parents. */
  readonly missing: readonly BinaryString[];
  /** The peers that sent it. */
  readonly sources: ReadonlySet<string>;
  /** When it is removed, in milliseconds of the monotonic clock. */
  readonly until: number;
}

/** Orphans in bounded memory. Each peer has its own limit, so that no peer can evict the orphans of another. */
export interface Orphans {
  readonly size: number;
  get(wid: BinaryString): Orphan | undefined;
  /** Keeps an orphan of this peer; at the limit the oldest orphan of the same peer is evicted. */
  add(tx: Transaction, missing: readonly BinaryString[], source: string, now: number): void;
  /** The orphans that spend outputs of this transaction. */
  waitingFor(txid: BinaryString): Orphan[];
  remove(wid: BinaryString): void;
  /** The peer disconnected: removes its orphans. */
  dropSource(source: string): void;
  /** Removes orphans that can no longer be valid, for example because a block spent their coins. */
  removeWhere(test: (tx: Transaction) => boolean): void;
  dropOld(now: number): void;
}

const MAX_PER_SOURCE = 100;
const MAX_BYTES_PER_SOURCE = 200_000;
// More peers than a node has connections. If a disconnection was not reported, the peer that was added first is
// removed.
const MAX_SOURCES = 256;
const LIFETIME_MS = 5 * 60_000;

type Kept = Orphan & { readonly sources: Set<string> };

export function createOrphans(): Orphans {
  const byWid = new Map<string, Kept>();
  const byMissing = new Map<string, Set<Kept>>();
  const bySource = new Map<string, Set<Kept>>();

  const forget = (orphan: Kept): void => {
    byWid.delete(orphan.wid);
    for (const txid of orphan.missing) deleteFrom(byMissing, txid, orphan);
    for (const source of orphan.sources) deleteFrom(bySource, source, orphan);
  };
  const release = (orphan: Kept, source: string): void => {
    deleteFrom(bySource, source, orphan);
    orphan.sources.delete(source);
    if (orphan.sources.size === 0) forget(orphan);
  };
  const dropSource = (source: string): void => {
    for (const orphan of [...(bySource.get(source) ?? [])]) release(orphan, source);
  };
  const makeRoom = (source: string): void => {
    const own = bySource.get(source)!;
    let bytes = 0;
    for (const orphan of own) bytes += orphan.bytes.length;
    // A Set is in order of arrival.
    for (const oldest of own) {
      if (own.size <= MAX_PER_SOURCE && bytes <= MAX_BYTES_PER_SOURCE) break;
      bytes -= oldest.bytes.length;
      release(oldest, source);
    }
    if (bySource.size > MAX_SOURCES) dropSource(bySource.keys().next().value!);
  };

  return {
    get size() {
      return byWid.size;
    },
    get: (wid) => byWid.get(wid),
    add(tx, missing, source, now) {
      const wid = tx.widBinary;
      const known = byWid.get(wid);
      const orphan: Kept = known ?? {
        wid,
        txid: tx.txidBinary,
        bytes: tx.bytes,
        missing,
        sources: new Set(),
        until: now + LIFETIME_MS,
      };
      if (!known) {
        byWid.set(wid, orphan);
        for (const txid of missing) addTo(byMissing, txid, orphan);
      }
      orphan.sources.add(source);
      addTo(bySource, source, orphan);
      makeRoom(source);
    },
    waitingFor: (txid) => [...(byMissing.get(txid) ?? [])],
    remove(wid) {
      const orphan = byWid.get(wid);
      if (orphan) forget(orphan);
    },
    dropSource,
    removeWhere(test) {
      for (const orphan of [...byWid.values()]) if (test(decodeKnown(orphan.bytes))) forget(orphan);
    },
    dropOld(now) {
      for (const orphan of [...byWid.values()]) if (orphan.until <= now) forget(orphan);
    },
  };
}

function addTo(index: Map<string, Set<Kept>>, key: string, orphan: Kept): void {
  const set = index.get(key);
  if (set) set.add(orphan);
  else index.set(key, new Set([orphan]));
}

function deleteFrom(index: Map<string, Set<Kept>>, key: string, orphan: Kept): void {
  const set = index.get(key);
  if (set?.delete(orphan) && set.size === 0) index.delete(key);
}
