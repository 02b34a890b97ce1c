import { createHash } from 'node:crypto';
import * as z from 'zod';
import { PEER_SOURCES, type PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Time } from '../../lib/clock.ts';
import { numberBelow, type Random } from '../../lib/random.ts';
import { type GroupOf, hostKeyOf, peerIdOf, classOfAnnounced, withoutPeer } from '../transport/multiaddrs.ts';
import { createDrawList, type DrawList } from './draw-list.ts';
import type { PeerStore } from './peer-store.ts';

/** An address at which a node may be reachable. */
export interface AddressEntry {
  /** A multiaddress that ends with the peer id. */
  readonly address: string;
  readonly foundBy: PeerSource;
  /**
   * The network group of the peer that sent the address. Addresses from the user and bootstrap addresses are groups of
   * their own.
   */
  readonly source: string;
  readonly added: UnixSeconds;
  /** Time of the last attempt; 0 for never. */
  readonly lastTry: UnixSeconds;
  readonly lastGood: UnixSeconds;
  /** Number of failed attempts since it last worked. */
  readonly failures: number;
  /** The signed record of the peer in base64, which can be passed on. Empty when there is none. */
  readonly record: string;
}

/**
 * Properties that are parsed from an address once. Otherwise each scan of a full address manager would parse ten
 * thousand addresses.
 */
export interface AddressFacts {
  readonly peerId: string | null;
  readonly host: string | null;
  readonly group: string;
}

export function factsOf(address: string, groupOf: GroupOf): AddressFacts {
  return { peerId: peerIdOf(address), host: hostKeyOf(address), group: groupOf(address) ?? address };
}

/** Where an address came from. */
export interface AddressSource {
  readonly foundBy: PeerSource;
  /** The address or DNS name of the source. Without it the address counts as its own source. */
  readonly by?: string | undefined;
  readonly record?: string | undefined;
}

/**
 * The addresses that this node remembers; bounded and stored. Two tables of buckets as in addrman of Bitcoin Core. The
 * bucket of an address depends on a secret key, on the network group of the address and, until the address has worked,
 * on the network group of its source. An attacker who sends a million addresses from a few groups fills only a few
 * buckets and never displaces addresses that have worked.
 */
export interface AddressManager {
  load(): Promise<void>;
  save(): Promise<void>;
  readonly size: number;
  /** Adds an address. Names and special IP addresses are ignored if another node sent them. */
  add(address: string, source: AddressSource): void;
  /** Calls the listener after an address was added. Returns a function that removes the listener. */
  onAdded(listener: () => void): () => void;
  /** Records the result of a connection attempt. */
  tried(address: string, good: boolean): void;
  /** An address to try, from either table with equal probability. Null when `usable` accepts none. */
  pick(usable: (entry: AddressEntry, facts: AddressFacts) => boolean): AddressEntry | null;
  /** A copy of the list of all entries, with their groups. */
  list(): { readonly entry: AddressEntry; readonly group: string }[];
  /** Whether it has this address, of whatever peer id. */
  knows(address: string): boolean;
  /** Random addresses with signed records that `usable` accepts, to send to a peer. */
  sample(most: number, usable?: (facts: AddressFacts) => boolean): AddressEntry[];
}

/** Number of buckets. Together they hold 8 192 addresses that never worked (fresh) and 2 048 that did (proven). */
const BUCKETS = { fresh: 128, proven: 32 } as const;
const BUCKET_SIZE = 64;
/**
 * Number of buckets that the fresh addresses from one source group, and the proven addresses of one group, can occupy.
 */
const MAX_BUCKETS = { source: 16, group: 4 } as const;
/** Number of failed attempts after which an address is removed: one that never worked, and one that worked before. */
const MAX_FAILURES = { never: 5, once: 30 };
/** A proven address that worked within this time is not replaced by another proven one. */
const SETTLED_SECONDS = 7 * 86_400;

const MAX_SOURCE = 64;
const saved = z.object({
  address: z.string().max(512),
  foundBy: z.enum(PEER_SOURCES),
  source: z.string().max(MAX_SOURCE).default(''),
  added: z.number(),
  lastTry: z.number(),
  lastGood: z.number(),
  failures: z.number(),
  record: z.string().max(2048).default(''),
});
const savedKey = z.object({ key: z.string().length(32) });

export interface AddressManagerDeps {
  readonly store: PeerStore;
  readonly clock: Pick<Time, 'now'>;
  readonly random: Random;
  readonly groupOf: GroupOf;
}

type Table = keyof typeof BUCKETS;

/** The addresses and their positions in the buckets. */
interface Tables {
  readonly entries: ReadonlyMap<string, AddressEntry>;
  /** How many entries there are of an address without its peer id. */
  readonly endpoints: ReadonlyMap<string, number>;
  factsOf(address: string): AddressFacts;
  /** Stores an entry. False when a better entry occupies its position. */
  put(entry: AddressEntry): boolean;
  remove(entry: AddressEntry): void;
  replace(old: AddressEntry, fresh: AddressEntry): void;
  /** Replaces the record of a known address, whose position stays the same. */
  keep(entry: AddressEntry): void;
  draw(table: Table, usable: (entry: AddressEntry, facts: AddressFacts) => boolean): AddressEntry | null;
  /** Secret key that decides the positions. */
  key: string;
}

function createTables({ clock, random, groupOf }: Omit<AddressManagerDeps, 'store'>): Tables {
  const entries = new Map<string, AddressEntry>();
  const endpoints = new Map<string, number>();
  const facts = new Map<string, AddressFacts>();
  const lists: Record<Table, DrawList> = { fresh: createDrawList(), proven: createDrawList() };
  // Address at each occupied position. The position of an entry follows from its fields, so only this map must be kept
  // up to date.
  const places: Record<Table, Map<number, string>> = { fresh: new Map(), proven: new Map() };

  const digest = (...parts: (string | number)[]): number =>
    createHash('sha256').update(tables.key).update(parts.join('|')).digest().readUInt32LE(0);

  function placeOf(entry: AddressEntry): [Table, number] {
    const { group } = facts.get(entry.address) ?? factsOf(entry.address, groupOf);
    const table = tableOf(entry);
    const bucket =
      table === 'proven'
        ? digest('proven', group, digest('p', entry.address) % MAX_BUCKETS.group)
        : digest('fresh', entry.source, digest('f', group, entry.source) % MAX_BUCKETS.source);
    const at = (bucket % BUCKETS[table]) * BUCKET_SIZE + (digest('at', table, entry.address) % BUCKET_SIZE);
    return [table, at];
  }

  function count(address: string, change: 1 | -1): void {
    const endpoint = withoutPeer(address);
    const left = (endpoints.get(endpoint) ?? 0) + change;
    if (left === 0) endpoints.delete(endpoint);
    else endpoints.set(endpoint, left);
  }

  function remove(entry: AddressEntry): void {
    if (entries.delete(entry.address)) count(entry.address, -1);
    facts.delete(entry.address);
    lists[tableOf(entry)].delete(entry.address);
    const [table, at] = placeOf(entry);
    if (places[table].get(at) === entry.address) places[table].delete(at);
  }

  function put(entry: AddressEntry): boolean {
    const [table, at] = placeOf(entry);
    const holder = entries.get(places[table].get(at) ?? '');
    if (holder !== undefined && holder.address !== entry.address) {
      if (!isReplaceable(holder, clock.now())) return false;
      remove(holder);
    }
    if (!entries.has(entry.address)) count(entry.address, 1);
    entries.set(entry.address, entry);
    facts.set(entry.address, factsOf(entry.address, groupOf));
    lists[table].add(entry.address);
    places[table].set(at, entry.address);
    return true;
  }

  const tables: Tables = {
    entries,
    endpoints,
    factsOf: (address) => facts.get(address)!,
    put,
    remove,
    replace(old, fresh) {
      remove(old);
      // If its position among the proven addresses is occupied, the entry stays in the fresh table.
      if (!put(fresh)) put(old);
    },
    keep: (entry) => void entries.set(entry.address, entry),
    draw(table, usable) {
      const found = lists[table].draw(random, (address) =>
        usable(entries.get(address)!, facts.get(address)!),
      );
      return found === null ? null : entries.get(found)!;
    },
    key: toHex(random.bytes(16)),
  };
  return tables;
}

export function createAddressManager(deps: AddressManagerDeps): AddressManager {
  const { store, clock, random, groupOf } = deps;
  const tables = createTables(deps);
  const { entries } = tables;
  const listeners = new Set<() => void>();

  return {
    async load() {
      for (const { value } of await store.list('book')) {
        const kept = savedKey.safeParse(value);
        if (kept.success) tables.key = kept.data.key;
      }
      for (const { value } of await store.list('address')) {
        const entry = saved.safeParse(value);
        if (entry.success && isKept(entry.data)) tables.put(entry.data);
      }
    },
    async save() {
      await store.replace('book', new Map([['key', { key: tables.key }]]));
      await store.replace('address', entries);
    },
    get size() {
      return entries.size;
    },
    add(address, { foundBy, by, record = '' }) {
      if (!isKept({ address, foundBy })) return;
      const known = entries.get(address);
      if (known !== undefined) {
        if (record !== '') tables.keep({ ...known, record });
        return;
      }
      const source = (groupOf(by ?? address) ?? by ?? address).slice(0, MAX_SOURCE);
      const times = { added: clock.now(), lastTry: 0, lastGood: 0 };
      if (!tables.put({ address, foundBy, source, ...times, failures: 0, record })) return;
      for (const listener of listeners) listener();
    },
    onAdded(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tried(address, good) {
      const entry = entries.get(address);
      if (entry === undefined) return;
      const lastTry = clock.now();
      const failures = good ? 0 : entry.failures + 1;
      if (failures >= (entry.lastGood > 0 ? MAX_FAILURES.once : MAX_FAILURES.never))
        return tables.remove(entry);
      const tried = { ...entry, lastTry, failures, lastGood: good ? lastTry : entry.lastGood };
      tables.replace(entry, tried);
      // Proven addresses must survive a crash. The other ones are saved at intervals.
      if (good) void store.put('address', address, tried).catch(() => undefined);
    },
    pick(usable) {
      const order: Table[] = random.number() < 0.5 ? ['proven', 'fresh'] : ['fresh', 'proven'];
      return tables.draw(order[0]!, usable) ?? tables.draw(order[1]!, usable);
    },
    knows: (address) => tables.endpoints.has(withoutPeer(address)),
    list: () => [...entries.values()].map((entry) => ({ entry, group: tables.factsOf(entry.address).group })),
    sample(most, usable = () => true) {
      const known = [...entries.values()].filter(
        ({ address, record, failures }) => record !== '' && failures < 3 && usable(tables.factsOf(address)),
      );
      for (let i = known.length - 1; i > 0; i--) {
        const j = numberBelow(random, i + 1);
        [known[i], known[j]] = [known[j]!, known[i]!];
      }
      return known.slice(0, most);
    },
  };
}

/** Sources that other nodes control. */
export const ANNOUNCED_SOURCES: ReadonlySet<PeerSource> = new Set(['exchange', 'dht', 'dns', 'mdns']);

/**
 * Whether an address may be stored. It needs a peer id. If another node sent it, it may have neither a name nor a
 * special IP address, which could lead to this computer or into its local network. An earlier version may have stored
 * such addresses.
 */
function isKept({ address, foundBy }: Pick<AddressEntry, 'address' | 'foundBy'>): boolean {
  const announcedClass = classOfAnnounced(address);
  return (
    peerIdOf(address) !== null &&
    (!ANNOUNCED_SOURCES.has(foundBy) || (announcedClass !== null && announcedClass !== 'special'))
  );
}

const tableOf = ({ lastGood }: Pick<AddressEntry, 'lastGood'>): Table => (lastGood > 0 ? 'proven' : 'fresh');

function isReplaceable({ lastGood, failures }: AddressEntry, now: UnixSeconds): boolean {
  if (lastGood === 0) return failures > 0;
  // A time in the future was recorded while the clock was wrong, then or now, so it does not count as recent.
  return failures > 0 || Math.abs(now - lastGood) > SETTLED_SECONDS;
}
