import * as z from 'zod';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { PeerStore } from './peer-store.ts';

interface Banned {
  readonly id: string | null;
  /** A host such as `/ip4/192.0.2.7`, without a port: a new port is no new peer. */
  readonly address: string | null;
  readonly code: PeerViolationCode;
  /** One sentence for people. */
  readonly reason: string;
}

/**
 * A peer id that may not connect until a time, and the host that it came from. If the user banned the host, nobody may
 * connect from it. After a violation it is only discouraged (as in Bitcoin Core): many may share an address, behind the
 * router of an office, of a mobile network or of a VPN, and did nothing wrong.
 */
export interface Ban extends Banned {
  readonly until: UnixSeconds;
}

/** A ban that begins now. */
export interface NewBan extends Banned {
  readonly seconds: number;
}

export interface Bans {
  load(): Promise<void>;
  /** A banned peer id, or a host that the user banned. */
  has(idOrHost: string): boolean;
  /**
   * A banned peer came from this host. It is not dialled, not told to others, and disconnected first when inbound slots
   * run out; nobody who is connected already is affected.
   */
  discourages(host: string): boolean;
  /** Newest last; those that have run out are gone. */
  list(): Ban[];
  /** On the disk when it resolves. */
  add(ban: NewBan): Promise<void>;
  /** Lifts every ban of this id or host; false when there was none. */
  lift(idOrHost: string): Promise<boolean>;
}

const MOST = 10_000;
const ROOM = 100;

const saved = z.object({
  id: z.string().nullable(),
  address: z.string().nullable(),
  until: z.number(),
  seconds: z.number().optional(),
  code: z.string(),
  reason: z.string(),
});

/** Ends at a time of the monotonic clock, so that setting the wall clock neither lifts a ban nor makes it longer. */
interface Running extends Banned {
  readonly endsAtMs: number;
}

/**
 * While the node runs a ban lasts as long as it was told to. Only over a restart its end is read from the wall clock, and
 * with a wrong one it lasts at most its whole time once more.
 */
export function createBans(deps: { readonly store: PeerStore; readonly clock: Clock }): Bans {
  const { clock } = deps;
  const bans = new Map<string, Running>();
  // Asked at every connection, so looking through all bans would be a gift to a flood. Times of the monotonic clock.
  let blocked = new Map<string, number>();
  let discouraged = new Map<string, number>();
  const keyOf = (ban: Banned) => `${ban.id ?? ''}|${ban.address ?? ''}`;

  function block({ id, address, code, endsAtMs }: Running): void {
    const until = (names: Map<string, number>, name: string) =>
      names.set(name, Math.max(endsAtMs, names.get(name) ?? -Infinity));
    if (id !== null) until(blocked, id);
    if (address !== null) until(code === 'manual' ? blocked : discouraged, address);
  }

  function index(): void {
    blocked = new Map();
    discouraged = new Map();
    for (const ban of bans.values()) block(ban);
  }

  function expire(): void {
    for (const [key, ban] of bans) {
      if (ban.endsAtMs > clock.ms()) continue;
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
        if (!ban.success) continue;
        const { until, seconds, code, ...rest } = ban.data;
        const left = Math.min(until - clock.now(), seconds ?? Infinity);
        bans.set(key, { ...rest, code: code as PeerViolationCode, endsAtMs: clock.ms() + left * 1000 });
      }
      expire();
      index();
    },
    has: (idOrHost) => (blocked.get(idOrHost) ?? -Infinity) > clock.ms(),
    discourages: (host) => (discouraged.get(host) ?? -Infinity) > clock.ms(),
    list() {
      expire();
      return [...bans.values()].map(({ endsAtMs, ...ban }) => ({
        ...ban,
        until: clock.now() + Math.round((endsAtMs - clock.ms()) / 1000),
      }));
    },
    async add({ seconds, ...banned }) {
      const key = keyOf(banned);
      const ban = { ...banned, endsAtMs: clock.ms() + seconds * 1000 };
      bans.delete(key);
      bans.set(key, ban);
      if (bans.size > MOST) makeRoom();
      block(ban);
      const until = clock.now() + seconds;
      await deps.store.put('ban', key, { ...banned, until, seconds }, { sync: true });
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
