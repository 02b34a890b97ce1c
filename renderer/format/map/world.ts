import type { KnownAddresses } from '../../../shared/contract/network.ts';
import type { Peer } from '../../../shared/contract/peers.ts';
import type { AddressType, Direction } from '../../../shared/contract/vocabulary.ts';
import { plural } from '../number.ts';
import { countryName, latencyWords, peerName } from '../peer.ts';
import type { Size } from './camera.ts';
import { countryPlace } from './country-places.ts';
import { type Offset, spreadAround, spreadRadius } from './spread.ts';

/** The drawing of the world. Marks keep their size on the screen, whatever the zoom. */
export const WORLD: Size = { width: 1000, height: 430 };

/** More peers of a country are one circle with their number: single ones would cover other countries. */
export const MOST_SINGLE = 4;
/** Distance between a node and that circle. */
const GROUP_SPACING = 21;
/** Distance between two peers in the same country. */
const SPACING = 15;

/** Which connections the map shows. */
export type DirectionFilter = Direction | 'all';

export interface WorldFilter {
  readonly direction: DirectionFilter;
  readonly known: boolean;
}

/** What the map shows in one country, at its centroid. */
export interface WorldCountry {
  readonly code: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Whether this node is in it. */
  readonly own: boolean;
  readonly peers: readonly Peer[];
  /** Number of known addresses. */
  readonly known: number;
  /** Whether its peers are one circle with their number. */
  readonly grouped: boolean;
  /** Places around the centroid: this node first, then the peers, or the circle of all of them. */
  readonly places: readonly Offset[];
  /** All places are within this distance of the centroid. */
  readonly radius: number;
}

/** Addresses that have no place on a map. */
export interface TrayRow {
  readonly type: Exclude<AddressType, 'public'>;
  readonly peers: number;
  readonly known: number;
}

export interface World {
  /** In order of their names. */
  readonly countries: readonly WorldCountry[];
  readonly tray: readonly TrayRow[];
}

type Counts = Pick<KnownAddresses, 'countries' | 'private' | 'relayed' | 'unknown' | 'ownCountry'>;

/** Sorts peers and known addresses by country; those that have no country, or none that can be drawn, go to the tray. */
export function worldOf(peers: readonly Peer[], known: Counts | null, filter: WorldFilter): World {
  const shown = peers.filter(({ direction }) => filter.direction === 'all' || direction === filter.direction);
  const byCountry = Map.groupBy(shown, ({ country }) => placed(country));
  const counts = new Map(known?.countries.map(({ country, addresses }) => [country, addresses]));
  const own = placed(known?.ownCountry ?? null);
  const codes = new Set([...byCountry.keys(), ...(filter.known ? counts.keys() : []), own]);
  const countries = [...codes].flatMap((code) => {
    const place = code === null ? null : countryPlace(code);
    if (code === null || place === null) return [];
    const here = (byCountry.get(code) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const grouped = here.length > MOST_SINGLE;
    const marks = (grouped ? 1 : here.length) + (code === own ? 1 : 0);
    const spacing = grouped ? GROUP_SPACING : SPACING;
    return {
      code,
      latitude: place.latitude,
      longitude: place.longitude,
      own: code === own,
      peers: here,
      known: filter.known ? (counts.get(code) ?? 0) : 0,
      grouped,
      places: spreadAround(marks, spacing),
      radius: spreadRadius(marks, spacing),
    };
  });
  return {
    countries: countries.sort((a, b) => countryName(a.code).localeCompare(countryName(b.code), 'en')),
    tray: trayOf(byCountry.get(null) ?? [], known),
  };
}

/** The country if it can be drawn. */
const placed = (country: string | null): string | null =>
  country !== null && countryPlace(country) !== null ? country : null;

function trayOf(peers: readonly Peer[], known: Counts | null): TrayRow[] {
  const count = (type: TrayRow['type']): number =>
    peers.filter((peer) => (peer.addressType === 'public' ? 'unknown' : peer.addressType) === type).length;
  const unplaced = (known?.countries ?? [])
    .filter(({ country }) => placed(country) === null)
    .reduce((sum, { addresses }) => sum + addresses, 0);
  return [
    { type: 'private', peers: count('private'), known: known?.private ?? 0 },
    { type: 'relayed', peers: count('relayed'), known: known?.relayed ?? 0 },
    { type: 'unknown', peers: count('unknown'), known: (known?.unknown ?? 0) + unplaced },
  ];
}

/** Whether any mark would be on the map. */
export const isEmptyWorld = ({ countries }: World): boolean => countries.length === 0;

export const estimated = (code: string): string => `${countryName(code)} (estimated)`;

export function peerWords(peer: Peer): string {
  const place = peer.country === null ? 'country unknown' : estimated(peer.country);
  return `Peer ${peerName(peer.id)}, ${place}, ${peer.direction}, ping ${latencyWords(peer.latencyMs)}`;
}

export function countryWords({ code, peers, known }: WorldCountry): string {
  const connected = peers.length === 0 ? 'no peers' : plural(peers.length, 'peer');
  return `${estimated(code)}: ${connected}, ${plural(known, 'known address', 'known addresses')}`;
}

/** How many countries have peers or known addresses, in words for screen readers. */
export function worldWords({ countries, tray }: World, showsKnown: boolean): string {
  const peers = countries.reduce((sum, country) => sum + country.peers.length, 0);
  const known = countries.reduce((sum, country) => sum + country.known, 0);
  const knownWords = showsKnown ? ` and ${plural(known, 'known address', 'known addresses')}` : '';
  const apart = tray.reduce((sum, row) => sum + row.peers, 0);
  return `World map with ${plural(peers, 'peer')}${knownWords} in ${plural(countries.length, 'country', 'countries')} (estimated); ${plural(apart, 'peer')} without a country. The tables below have the same figures.`;
}
