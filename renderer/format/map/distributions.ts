import type { KnownAddresses } from '../../../shared/contract/network.ts';
import type { Peer } from '../../../shared/contract/peers.ts';
import { type Service, SERVICES } from '../../../shared/contract/vocabulary.ts';
import { countryName, foundByWords } from '../peer.ts';

/** How a figure is known. */
export type FigureOrigin = 'measured' | 'counted' | 'claimed' | 'estimated';

export interface Bar {
  readonly label: string;
  readonly count: number;
  /** The sum of all further values; a peer may claim a value with the same label. */
  readonly rest?: boolean;
}

/** How peers or addresses are distributed over the values of one property. */
export interface Distribution {
  readonly title: string;
  readonly origin: FigureOrigin;
  readonly bars: readonly Bar[];
}

/** Further values are added up in one bar. */
const MAX_BARS = 8;
/** Upper ends of the ranges of pings, in milliseconds. */
const PINGS = [10, 50, 100, 200, 500];

const SERVICE_WORDS: Readonly<Record<Service, string>> = {
  archive: 'full history',
  pruned: 'recent blocks',
  snapshots: 'snapshots',
  relay: 'relay for others',
};

const ORIGIN_WORDS: Readonly<Record<FigureOrigin, string>> = {
  measured: 'measured by this node',
  counted: 'counted by this node',
  claimed: 'claimed by peers',
  estimated: 'estimated',
};
export const figureOriginWords = (origin: FigureOrigin): string => ORIGIN_WORDS[origin];

export function distributionsOf(
  peers: readonly Peer[],
  known: Pick<KnownAddresses, 'foundBy'> | null,
): Distribution[] {
  const all: Distribution[] = [
    { title: 'Direction', origin: 'counted', bars: mostFirst(peers.map(({ direction }) => direction)) },
    { title: 'Ping', origin: 'measured', bars: pingBars(peers) },
    {
      title: 'Network groups',
      origin: 'measured',
      // The group of a relayed address is that of the relay.
      bars: mostFirst(
        peers.map(({ group, addressType }) =>
          addressType === 'relayed' ? 'relayed' : (group ?? 'no IP address'),
        ),
      ),
    },
    {
      title: 'Countries',
      origin: 'estimated',
      bars: mostFirst(peers.map(({ country }) => (country === null ? 'unknown' : countryName(country)))),
    },
    { title: 'Versions', origin: 'claimed', bars: mostFirst(peers.map(({ version }) => version)) },
    {
      title: 'Services (a peer may offer several)',
      origin: 'claimed',
      bars: SERVICES.map((service) => ({
        label: SERVICE_WORDS[service],
        count: peers.filter(({ services }) => services.includes(service)).length,
      })),
    },
  ];
  const foundBy = (known?.foundBy ?? []).map(({ source, addresses }) => ({
    label: foundByWords(source),
    count: addresses,
  }));
  return foundBy.length === 0
    ? all
    : [...all, { title: 'Known addresses by source', origin: 'counted', bars: foundBy }];
}

function mostFirst(labels: readonly string[]): Bar[] {
  const counted = [...Map.groupBy(labels, (label) => label)]
    .map(([label, all]) => ({ label, count: all.length }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  if (counted.length <= MAX_BARS) return counted;
  const rest = counted.slice(MAX_BARS - 1);
  const others = rest.reduce((sum, { count }) => sum + count, 0);
  return [...counted.slice(0, MAX_BARS - 1), { label: `${rest.length} others`, count: others, rest: true }];
}

function pingBars(peers: readonly Peer[]): Bar[] {
  const known = peers.flatMap(({ latencyMs }) => latencyMs ?? []);
  const bars = [...PINGS, Infinity].map((end, i) => {
    const begin = PINGS[i - 1] ?? 0;
    const label =
      end === Infinity
        ? `${begin}\u00a0ms or more`
        : i === 0
          ? `under ${end}\u00a0ms`
          : `${begin} to ${end}\u00a0ms`;
    return { label, count: known.filter((ms) => ms >= begin && ms < end).length };
  });
  const unmeasured = peers.length - known.length;
  return unmeasured === 0 ? bars : [...bars, { label: 'not measured', count: unmeasured }];
}
