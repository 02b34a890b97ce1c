import type { KnownAddresses } from '../../../shared/contract/network.ts';
import {
  MAX_GROUP_SOURCES,
  MAX_LISTED_GROUPS,
  type PeerSource,
} from '../../../shared/contract/vocabulary.ts';
import type { Clock } from '../../lib/clock.ts';
import { createBreathe } from '../../lib/turns.ts';
import { addressTypeOf, type GroupOf } from '../transport/multiaddrs.ts';
import { type AddressManager, ANNOUNCED_SOURCES } from './address-manager.ts';

/** The known addresses as the API reports them, apart from what this file cannot know. */
export type AddressCounts = Omit<KnownAddresses, 'ownCountry'>;

export type CountryOf = (address: string) => string | null;

export interface AddressCountsDeps {
  readonly addrman: Pick<AddressManager, 'list' | 'knows'>;
  readonly bootstrap: readonly string[];
  readonly groupOf: GroupOf;
  readonly clock: Pick<Clock, 'monotonic' | 'soon'>;
}

/** An address costs about 20 µs, and there may be ten thousand. */
const TURN_MS = 4;
/** Callers within this time get the same counts, however many windows are open. */
const KEPT_MS = 5000;

/** What is counted of an address. */
interface KnownAddress {
  readonly address: string;
  /** Null for an address with a name. */
  readonly group: string | null;
  readonly foundBy: PeerSource;
  /** The network group or name that sent it; null if no other node did. */
  readonly sender: string | null;
  readonly worked: boolean;
}

/** Counts the known addresses without keeping anything of them. The event loop is free at least every 4 ms. */
export function createAddressCounts(
  deps: AddressCountsDeps,
): (countryOf: CountryOf) => Promise<AddressCounts> {
  let last: { readonly at: number; readonly counts: Promise<AddressCounts> } | null = null;
  return (countryOf) => {
    const now = deps.clock.monotonic();
    if (last === null || now - last.at > KEPT_MS) last = { at: now, counts: count(deps, countryOf) };
    return last.counts;
  };
}

async function count(deps: AddressCountsDeps, countryOf: CountryOf): Promise<AddressCounts> {
  const breathe = createBreathe(deps.clock, TURN_MS);
  const known = knownAddresses(deps);
  const tally = { private: 0, relayed: 0, unknown: 0 };
  const countries = new Map<string, number>();
  const sources = new Map<PeerSource, number>();
  const groups = createGroups();
  for (const each of known) {
    await breathe();
    const type = addressTypeOf(each.address);
    const country = type === 'public' ? countryOf(each.address) : null;
    if (country !== null) increase(countries, country);
    else tally[type === 'public' ? 'unknown' : type]++;
    increase(sources, each.foundBy);
    groups.add(each);
  }
  return {
    total: known.length,
    countries: mostFirst(countries).map(([country, addresses]) => ({ country, addresses })),
    ...tally,
    foundBy: mostFirst(sources).map(([source, addresses]) => ({ source, addresses })),
    ...groups.read(),
  };
}

function knownAddresses({ addrman, bootstrap, groupOf }: AddressCountsDeps): KnownAddress[] {
  const remembered = addrman.list().map(({ entry, group }) => ({
    address: entry.address,
    // Where there is no network group, the address manager uses the whole address.
    group: isAddress(group) ? null : group,
    foundBy: entry.foundBy,
    sender: ANNOUNCED_SOURCES.has(entry.foundBy) && !isAddress(entry.source) ? entry.source : null,
    worked: entry.lastGood > 0,
  }));
  const given = unknownOf(bootstrap, addrman).map((address) => ({
    address,
    group: groupOf(address),
    foundBy: 'bootstrap' as const,
    sender: null,
    worked: false,
  }));
  return [...remembered, ...given];
}

/** The bootstrap addresses that the address manager does not have: it also keeps those that this node connected to. */
function unknownOf(bootstrap: readonly string[], addrman: Pick<AddressManager, 'knows'>): string[] {
  return bootstrap.filter((address) => !addrman.knows(address));
}

/** Number of known addresses; a bootstrap address that the address manager has too counts once. */
export const countKnown = (
  addrman: Pick<AddressManager, 'size' | 'knows'>,
  bootstrap: readonly string[],
): number => addrman.size + unknownOf(bootstrap, addrman).length;

const isAddress = (text: string): boolean => text === '' || text.startsWith('/');

/** Counts by network group, and which groups sent the addresses of each. */
function createGroups() {
  const groups = new Map<string, { addresses: number; worked: number; senders: Map<string, number> }>();
  return {
    add({ group, sender, worked }: KnownAddress): void {
      if (group === null) return;
      const counts = groups.get(group) ?? { addresses: 0, worked: 0, senders: new Map<string, number>() };
      groups.set(group, counts);
      counts.addresses++;
      if (worked) counts.worked++;
      if (sender !== null) increase(counts.senders, sender);
    },
    read(): Pick<AddressCounts, 'groups' | 'furtherGroups'> {
      const sorted = [...groups].sort(
        ([a, left], [b, right]) => right.addresses - left.addresses || order(a, b),
      );
      const further = sorted.slice(MAX_LISTED_GROUPS);
      return {
        groups: sorted.slice(0, MAX_LISTED_GROUPS).map(([group, { addresses, worked, senders }]) => ({
          group,
          addresses,
          worked,
          learnedFrom: mostFirst(senders)
            .slice(0, MAX_GROUP_SOURCES)
            .map(([sender, sent]) => ({ group: sender, addresses: sent })),
        })),
        furtherGroups: {
          groups: further.length,
          addresses: further.reduce((sum, [, { addresses }]) => sum + addresses, 0),
        },
      };
    },
  };
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Ties are in order of their names, so that equal counts always give the same answer. */
function mostFirst<Key extends string>(counts: ReadonlyMap<Key, number>): [Key, number][] {
  return [...counts].sort(([a, left], [b, right]) => right - left || order(a, b));
}

const order = (a: string, b: string): number => (a < b ? -1 : 1);
