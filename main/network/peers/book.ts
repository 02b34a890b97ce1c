import * as z from 'zod';
import { PEER_SOURCES, type PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import { peerIdOf } from '../host/addresses.ts';
import type { PeerStore } from './store.ts';

/** An address that somebody could be reached at. */
export interface BookEntry {
  /** A multiaddress that ends with the peer id. */
  readonly address: string;
  readonly foundBy: PeerSource;
  readonly added: UnixSeconds;
  /** 0 = never. */
  readonly lastTry: UnixSeconds;
  readonly lastGood: UnixSeconds;
  /** Failures since it was last good. */
  readonly failures: number;
}

/** The addresses that this node remembers, bounded and saved. */
export interface AddressBook {
  load(): Promise<void>;
  save(): Promise<void>;
  readonly size: number;
  add(address: string, foundBy: PeerSource): void;
  /** What came of a try to connect. */
  tried(address: string, good: boolean): void;
  /** An address to try, good ones more likely; null when `usable` takes none. */
  pick(usable: (entry: BookEntry) => boolean): BookEntry | null;
}

const MOST = 2000;
/** An address that never worked is given up after so many tries; one that once did, after more. */
const HOPELESS = { never: 5, once: 30 };

const saved = z.object({
  address: z.string().max(512),
  foundBy: z.enum(PEER_SOURCES),
  added: z.number(),
  lastTry: z.number(),
  lastGood: z.number(),
  failures: z.number(),
});

export interface BookDeps {
  readonly store: PeerStore;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export function createAddressBook(deps: BookDeps): AddressBook {
  const entries = new Map<string, BookEntry>();

  function evict(): void {
    if (entries.size <= MOST) return;
    const [worst] = [...entries.values()].sort((a, b) => a.lastGood - b.lastGood || b.failures - a.failures);
    entries.delete(worst!.address);
  }

  return {
    async load() {
      for (const { value } of await deps.store.list('address')) {
        const entry = saved.safeParse(value);
        if (entry.success) entries.set(entry.data.address, entry.data);
      }
    },
    save: () => deps.store.replace('address', entries),
    get size() {
      return entries.size;
    },
    add(address, foundBy) {
      if (entries.has(address) || peerIdOf(address) === null) return;
      const added = deps.clock.now();
      entries.set(address, { address, foundBy, added, lastTry: 0, lastGood: 0, failures: 0 });
      evict();
    },
    tried(address, good) {
      const entry = entries.get(address);
      if (entry === undefined) return;
      const lastTry = deps.clock.now();
      const failures = good ? 0 : entry.failures + 1;
      if (failures >= (entry.lastGood > 0 ? HOPELESS.once : HOPELESS.never))
        return void entries.delete(address);
      const tried = { ...entry, lastTry, failures, lastGood: good ? lastTry : entry.lastGood };
      entries.set(address, tried);
      // What worked must outlive even a crash; the rest is saved now and then.
      if (good) void deps.store.put('address', address, tried).catch(() => undefined);
    },
    pick(usable) {
      const possible = [...entries.values()].filter(usable);
      const good = possible.filter((entry) => entry.lastGood > 0 && entry.failures < 3);
      const among = good.length > 0 && deps.random() < 0.7 ? good : possible;
      return among[Math.floor(deps.random() * among.length)] ?? null;
    },
  };
}
