import * as z from 'zod';
import type { UnixSeconds } from '../../../../shared/units.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { OffenceCode } from '../../wire/offence.ts';
import type { PeerStore } from '../addresses/store.ts';

/** A peer that may not connect, by its id, its host, or both, until a time. */
export interface Ban {
  readonly id: string | null;
  /** A host such as `/ip4/192.0.2.7`, without a port: a new port is no new peer. */
  readonly address: string | null;
  readonly until: UnixSeconds;
  readonly code: OffenceCode;
  /** One sentence for people. */
  readonly reason: string;
}

export interface Bans {
  load(): Promise<void>;
  has(idOrHost: string): boolean;
  /** Newest last; those that have run out are gone. */
  list(): Ban[];
  /** On the disk when it resolves. */
  add(ban: Ban): Promise<void>;
  /** Lifts every ban of this id or host; false when there was none. */
  lift(idOrHost: string): Promise<boolean>;
}

const MOST = 10_000;
const ROOM = 100;

const saved = z.object({
  id: z.string().nullable(),
  address: z.string().nullable(),
  until: z.number(),
  code: z.string(),
  reason: z.string(),
});

export function createBans(deps: { readonly store: PeerStore; readonly clock: Clock }): Bans {
  const bans = new Map<string, Ban>();
  // Asked at every connection, so looking through all bans would be a gift to a flood.
  let blocked = new Map<string, UnixSeconds>();
  const keyOf = (ban: Ban) => `${ban.id ?? ''}|${ban.address ?? ''}`;

  function index(): void {
    blocked = new Map();
    for (const ban of bans.values()) {
      for (const name of [ban.id, ban.address]) {
        if (name !== null) blocked.set(name, Math.max(ban.until, blocked.get(name) ?? 0));
      }
    }
  }

  function expire(): void {
    const now = deps.clock.now();
    for (const [key, ban] of bans) {
      if (ban.until > now) continue;
      bans.delete(key);
      void deps.store.remove('ban', key).catch(() => undefined);
    }
  }

  // What the user decided isn't pushed out by ten thousand names that cost nothing. Many at once, so that a flood of
  // bans doesn't make us go through all of them for each.
  function makeRoom(): void {
    const all = [...bans];
    const cheap = all.filter(([, { code }]) => code !== 'manual').slice(0, ROOM);
    for (const [key] of cheap.length > 0 ? cheap : all.slice(0, ROOM)) {
      bans.delete(key);
      void deps.store.remove('ban', key).catch(() => undefined);
    }
    index();
  }

  return {
    async load() {
      for (const { key, value } of await deps.store.list('ban')) {
        const ban = saved.safeParse(value);
        if (ban.success) bans.set(key, ban.data as Ban);
      }
      expire();
      index();
    },
    has: (idOrHost) => (blocked.get(idOrHost) ?? 0) > deps.clock.now(),
    list() {
      expire();
      return [...bans.values()];
    },
    async add(ban) {
      const key = keyOf(ban);
      bans.delete(key);
      bans.set(key, ban);
      if (bans.size > MOST) makeRoom();
      for (const name of [ban.id, ban.address])
        if (name !== null) blocked.set(name, Math.max(ban.until, blocked.get(name) ?? 0));
      await deps.store.put('ban', key, ban, { sync: true });
    },
    async lift(idOrHost) {
      const lifted = [...bans].filter(([, ban]) => ban.id === idOrHost || ban.address === idOrHost);
      for (const [key] of lifted) {
        bans.delete(key);
        await deps.store.remove('ban', key);
      }
      index();
      return lifted.length > 0;
    },
  };
}
