import * as z from 'zod';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Time } from '../../lib/clock.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { PeerStore } from './peer-store.ts';

interface Banned {
  readonly id: string | null;
  /** A host such as `/ip4/192.0.2.7`, without a port, because a peer can change its port at any time. */
  readonly address: string | null;
  readonly code: PeerViolationCode;
  /** The reason as one sentence for the user. */
  readonly reason: string;
}

/**
 * A ban of a peer id until a time, and the host that it connected from. A host that the user banned is refused. A host
 * with a violation is only discouraged (as in Bitcoin Core), because many honest users may share an address behind the
 * router of an office, of a mobile network or of a VPN.
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
  /** Whether this peer id is banned, or the user banned this host. */
  has(idOrHost: string): boolean;
  /**
   * Whether a banned peer connected from this host. The host is not dialled, its address is not passed on, and its
   * inbound connections are evicted first when slots run out. Existing connections are not affected.
   */
  discourages(host: string): boolean;
  /** The bans that have not expired, newest last. */
  list(): Ban[];
  /** Adds a ban. Resolves when it is on the disk. */
  add(ban: NewBan): Promise<void>;
  /** Removes every ban of this peer id or host. False when there was none. */
  lift(idOrHost: string): Promise<boolean>;
}

const MAX_BANS = 10_000;
const EVICTED_PER_OVERFLOW = 100;

const saved = z.object({
  id: z.string().nullable(),
  address: z.string().nullable(),
  until: z.number(),
  seconds: z.number().optional(),
  code: z.string(),
  reason: z.string(),
});

/** A ban with its end in monotonic time, so that a change of the wall clock neither shortens nor extends it. */
interface Running extends Banned {
  readonly endsAtMs: number;
}

/**
 * While the node runs, a ban lasts exactly its duration. Over a restart its end is taken from the wall clock. A wrong
 * clock extends it by at most its full duration.
 */
export function createBans(deps: { readonly store: PeerStore; readonly clock: Time }): Bans {
  const { clock } = deps;
  const bans = new Map<string, Running>();
  // When the bans end, in monotonic time, by peer id or host. Every connection is looked up here. Scanning all bans for
  // that would be too expensive in a flood of connections.
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
      if (ban.endsAtMs > clock.monotonic()) continue;
      bans.delete(key);
      void deps.store.remove('ban', key).catch(() => undefined);
    }
  }

  // Removes the oldest bans at the limit. Bans by the user are removed last, because an attacker can cause ten
  // thousand bans of peer ids at no cost. Many are removed together, so that a flood of bans does not scan the list
  // for each.
  function makeRoom(): void {
    const all = [...bans];
    const cheap = all.filter(([, { code }]) => code !== 'manual').slice(0, EVICTED_PER_OVERFLOW);
    for (const [key] of cheap.length > 0 ? cheap : all.slice(0, EVICTED_PER_OVERFLOW)) {
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
        bans.set(key, {
          ...rest,
          code: code as PeerViolationCode,
          endsAtMs: clock.monotonic() + left * 1000,
        });
      }
      expire();
      index();
    },
    has: (idOrHost) => (blocked.get(idOrHost) ?? -Infinity) > clock.monotonic(),
    discourages: (host) => (discouraged.get(host) ?? -Infinity) > clock.monotonic(),
    list() {
      expire();
      return [...bans.values()].map(({ endsAtMs, ...ban }) => ({
        ...ban,
        until: clock.now() + Math.round((endsAtMs - clock.monotonic()) / 1000),
      }));
    },
    async add({ seconds, ...banned }) {
      const key = keyOf(banned);
      const ban = { ...banned, endsAtMs: clock.monotonic() + seconds * 1000 };
      bans.delete(key);
      bans.set(key, ban);
      if (bans.size > MAX_BANS) makeRoom();
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
