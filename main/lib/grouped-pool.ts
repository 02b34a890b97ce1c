/**
 * Where an entry of a pool comes from. `null` means that the limit does not apply, as for programs on this computer.
 */
export interface PoolSource {
  /** One computer or household: an IPv4 address, or an IPv6 /64. */
  readonly host: string | null;
  /** A network that one party may own: an IPv4 /16, or an IPv6 /32. */
  readonly group: string | null;
}

/** Maximum number of entries; at least 1 each. */
export interface PoolLimits {
  readonly total: number;
  readonly perHost: number;
  readonly perGroup: number;
}

/** A bounded set to which any peer can add at no cost, and which no single host or network group can fill. */
export interface GroupedPool<Entry> {
  readonly size: number;
  /**
   * Adds the newest entry, and evicts another one if that exceeds a limit. An entry that is in the pool already keeps
   * its age.
   */
  add(entry: Entry, source: PoolSource): void;
  has(entry: Entry): boolean;
  /** Removes an entry without calling `evicted`. False when it was not in the pool. */
  delete(entry: Entry): boolean;
  /** The entries, oldest first. */
  entries(): Entry[];
}

/**
 * Creates a pool. All pools that any peer can fill at no cost follow one rule: a host or a group above its own limit
 * loses its oldest entry, and a full pool evicts the oldest entry of the largest group (and in it of the largest host).
 * The newest entry always gets in. Otherwise the first peer could fill the pool at no cost and block all others. An
 * addition costs O(size).
 * @param evicted called once for each evicted entry, after it was removed
 */
export function createGroupedPool<Entry>(
  limits: PoolLimits,
  evicted: (entry: Entry) => void,
): GroupedPool<Entry> {
  // A Map keeps the order of insertion, which is the order of age.
  const sources = new Map<Entry, PoolSource>();
  const sourceOf = (entry: Entry): PoolSource => sources.get(entry)!;
  return {
    get size() {
      return sources.size;
    },
    add(entry, source) {
      if (sources.has(entry)) return;
      sources.set(entry, source);
      const among = overflow([...sources.keys()], entry, sourceOf, limits);
      if (among === null) return;
      const oldest = oldestOfLargest(among, sourceOf, entry);
      sources.delete(oldest);
      evicted(oldest);
    },
    has: (entry) => sources.has(entry),
    delete: (entry) => sources.delete(entry),
    entries: () => [...sources.keys()],
  };
}

/**
 * The entries of which one must be evicted after the newest one was added: those of its host, those of its group, or
 * all. Null while no limit is exceeded.
 * @param entries all entries, the newest included
 */
export function overflow<Entry>(
  entries: readonly Entry[],
  newest: Entry,
  sourceOf: (entry: Entry) => PoolSource,
  limits: PoolLimits,
): readonly Entry[] | null {
  const { host, group } = sourceOf(newest);
  const sameHost = entries.filter((entry) => host !== null && sourceOf(entry).host === host);
  if (sameHost.length > limits.perHost) return sameHost;
  const sameGroup = entries.filter((entry) => group !== null && sourceOf(entry).group === group);
  if (sameGroup.length > limits.perGroup) return sameGroup;
  return entries.length > limits.total ? entries : null;
}

/**
 * The oldest entry of the largest host in the largest group. Of equally large ones, that with the oldest entry.
 * @param entries oldest first, at least one besides `newest`
 * @param newest counted for its group and host, but never chosen
 */
export function oldestOfLargest<Entry>(
  entries: readonly Entry[],
  sourceOf: (entry: Entry) => PoolSource,
  newest?: Entry,
): Entry {
  const largest = (among: readonly Entry[], by: keyof PoolSource): readonly Entry[] => {
    const parts = new Map<string | null, Entry[]>();
    for (const entry of among) {
      const key = sourceOf(entry)[by];
      const part = parts.get(key);
      if (part === undefined) parts.set(key, [entry]);
      else part.push(entry);
    }
    const eligible = [...parts.values()].filter((part) => part[0] !== newest);
    return eligible.reduce((most, part) => (part.length > most.length ? part : most));
  };
  return largest(largest(entries, 'group'), 'host')[0]!;
}
