import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { PEER_SOURCES, type PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import { groupOf, hostPart, peerIdOf, toldClassOf } from '../transport/multiaddrs.ts';
import { createDrawList, type DrawList } from './draw-list.ts';
import type { PeerStore } from './peer-store.ts';

/** An address that somebody could be reached at. */
export interface AddressEntry {
  /** A multiaddress that ends with the peer id. */
  readonly address: string;
  readonly foundBy: PeerSource;
  /** The group of who told us; our own choice and bootstrap nodes count as groups of their own. */
  readonly source: string;
  readonly added: UnixSeconds;
  /** 0 = never. */
  readonly lastTry: UnixSeconds;
  readonly lastGood: UnixSeconds;
  /** Failures since it was last good. */
  readonly failures: number;
  /** The peer's signed record in base64, for telling others; empty when we have none. */
  readonly record: string;
}

/** What an address says, read once: with a full book every look around would read ten thousand of them. */
export interface AddressFacts {
  readonly peerId: string | null;
  readonly host: string | null;
  readonly group: string;
}

export function factsOf(address: string): AddressFacts {
  return { peerId: peerIdOf(address), host: hostPart(address), group: groupOf(address) ?? address };
}

/** What is told of an address. */
export interface Told {
  readonly foundBy: PeerSource;
  /** The address, or the name, of who told it; without one it is its own. */
  readonly by?: string | undefined;
  readonly record?: string | undefined;
}

/**
 * The addresses that this node remembers, bounded and saved. Two tables of buckets, as Core's addrman has them: where an
 * address may stand follows from a secret key, its group and, until it has worked, the group of who told it. So whoever
 * sends a million addresses from a few groups fills a few buckets, and never pushes out what has worked.
 */
export interface AddressManager {
  load(): Promise<void>;
  save(): Promise<void>;
  readonly size: number;
  /** Takes no names and no special IP addresses from others. */
  add(address: string, told: Told): void;
  /** What came of a try to connect. */
  tried(address: string, good: boolean): void;
  /** An address to try, one that worked as likely as one that never did; null when `usable` takes none. */
  pick(usable: (entry: AddressEntry, facts: AddressFacts) => boolean): AddressEntry | null;
  /** Some addresses with signed records that `usable` takes, at random: for telling others. */
  sample(most: number, usable?: (facts: AddressFacts) => boolean): AddressEntry[];
}

/** Room for 8 192 that never worked and 2 048 that did. */
const BUCKETS = { fresh: 128, proven: 32 } as const;
const BUCKET_SIZE = 64;
/** Buckets that the addresses told by one group, and the proven ones of one group, can reach. */
const REACH = { source: 16, group: 4 } as const;
/** An address that never worked is given up after so many tries; one that once did, after more. */
const HOPELESS = { never: 5, once: 30 };
/** What worked so lately isn't pushed out of its place by another that has. */
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

export interface BookDeps {
  readonly store: PeerStore;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

type Table = keyof typeof BUCKETS;

export function createAddressManager(deps: BookDeps): AddressManager {
  const { store, clock } = deps;
  const entries = new Map<string, AddressEntry>();
  const facts = new Map<string, AddressFacts>();
  const lists: Record<Table, DrawList> = { fresh: createDrawList(), proven: createDrawList() };
  // Who stands where; the place of an entry follows from what it is, so only this has to be kept in step.
  const places: Record<Table, Map<number, string>> = { fresh: new Map(), proven: new Map() };
  let key = randomBytes(16).toString('hex');

  const draw = (...parts: (string | number)[]): number =>
    createHash('sha256').update(key).update(parts.join('|')).digest().readUInt32LE(0);

  function placeOf(entry: AddressEntry): [Table, number] {
    const { group } = facts.get(entry.address) ?? factsOf(entry.address);
    const table = tableOf(entry);
    const bucket =
      table === 'proven'
        ? draw('proven', group, draw('p', entry.address) % REACH.group)
        : draw('fresh', entry.source, draw('f', group, entry.source) % REACH.source);
    const at = (bucket % BUCKETS[table]) * BUCKET_SIZE + (draw('at', table, entry.address) % BUCKET_SIZE);
    return [table, at];
  }

  function remove(entry: AddressEntry): void {
    entries.delete(entry.address);
    facts.delete(entry.address);
    lists[tableOf(entry)].delete(entry.address);
    const [table, at] = placeOf(entry);
    if (places[table].get(at) === entry.address) places[table].delete(at);
  }

  /** False when the place is taken by something better. */
  function put(entry: AddressEntry): boolean {
    const [table, at] = placeOf(entry);
    const holder = entries.get(places[table].get(at) ?? '');
    if (holder !== undefined && holder.address !== entry.address) {
      if (!givesWay(holder, clock.now())) return false;
      remove(holder);
    }
    entries.set(entry.address, entry);
    facts.set(entry.address, factsOf(entry.address));
    lists[table].add(entry.address);
    places[table].set(at, entry.address);
    return true;
  }

  function update(old: AddressEntry, fresh: AddressEntry): void {
    remove(old);
    // It worked, and the place for it among the proven is taken: it stays where it was.
    if (!put(fresh)) put(old);
  }

  return {
    async load() {
      for (const { value } of await store.list('book')) {
        const kept = savedKey.safeParse(value);
        if (kept.success) key = kept.data.key;
      }
      for (const { value } of await store.list('address')) {
        const entry = saved.safeParse(value);
        if (entry.success && isKept(entry.data)) put(entry.data);
      }
    },
    async save() {
      await store.replace('book', new Map([['key', { key }]]));
      await store.replace('address', entries);
    },
    get size() {
      return entries.size;
    },
    add(address, { foundBy, by, record = '' }) {
      if (!isKept({ address, foundBy })) return;
      const known = entries.get(address);
      if (known !== undefined) {
        if (record !== '') entries.set(address, { ...known, record });
        return;
      }
      const source = (groupOf(by ?? address) ?? by ?? address).slice(0, MAX_SOURCE);
      put({ address, foundBy, source, added: clock.now(), lastTry: 0, lastGood: 0, failures: 0, record });
    },
    tried(address, good) {
      const entry = entries.get(address);
      if (entry === undefined) return;
      const lastTry = clock.now();
      const failures = good ? 0 : entry.failures + 1;
      if (failures >= (entry.lastGood > 0 ? HOPELESS.once : HOPELESS.never)) return remove(entry);
      const tried = { ...entry, lastTry, failures, lastGood: good ? lastTry : entry.lastGood };
      update(entry, tried);
      // What worked must outlive even a crash; the rest is saved now and then.
      if (good) void store.put('address', address, tried).catch(() => undefined);
    },
    pick(usable) {
      const tables: Table[] = deps.random() < 0.5 ? ['proven', 'fresh'] : ['fresh', 'proven'];
      for (const table of tables) {
        const found = lists[table].draw(deps.random, (address) =>
          usable(entries.get(address)!, facts.get(address)!),
        );
        if (found !== null) return entries.get(found)!;
      }
      return null;
    },
    sample(most, usable = () => true) {
      const known = [...entries.values()].filter(
        ({ address, record, failures }) => record !== '' && failures < 3 && usable(facts.get(address)!),
      );
      for (let i = known.length - 1; i > 0; i--) {
        const j = Math.floor(deps.random() * (i + 1));
        [known[i], known[j]] = [known[j]!, known[i]!];
      }
      return known.slice(0, most);
    },
  };
}

/** Sources whose addresses others choose. */
export const TOLD_SOURCES: ReadonlySet<PeerSource> = new Set(['exchange', 'dht', 'dns', 'mdns']);

/**
 * Whether an address may stand in the book: with a peer id, and without a name or a special IP if others chose it. Names
 * and IP addresses in disguise could lead to this computer or into its network. An earlier version may have kept some.
 */
function isKept({ address, foundBy }: Pick<AddressEntry, 'address' | 'foundBy'>): boolean {
  const told = toldClassOf(address);
  return peerIdOf(address) !== null && (!TOLD_SOURCES.has(foundBy) || (told !== null && told !== 'special'));
}

const tableOf = ({ lastGood }: Pick<AddressEntry, 'lastGood'>): Table => (lastGood > 0 ? 'proven' : 'fresh');

function givesWay({ lastGood, failures }: AddressEntry, now: UnixSeconds): boolean {
  if (lastGood === 0) return failures > 0;
  // A time that lies ahead was noted with a wrong clock, then or now.
  return failures > 0 || Math.abs(now - lastGood) > SETTLED_SECONDS;
}
