import type { CountryOrigin } from '../../shared/contract/network.ts';
import type { Peer } from '../../shared/contract/peers.ts';

const FOUND_BY: Readonly<Record<Peer['foundBy'], string>> = {
  inbound: 'inbound connection',
  bootstrap: 'bootstrap node',
  dns: 'DNS seed',
  manual: 'added by you',
  'address-book': 'address manager',
  exchange: 'peer exchange',
  dht: 'DHT',
  mdns: 'local network (mDNS)',
  'join-link': 'join link',
};

const KIND: Readonly<Record<Peer['kind'], string>> = {
  inbound: 'inbound',
  'full-relay': 'outbound, full relay',
  'block-only': 'outbound, block-relay only',
  feeler: 'outbound, feeler',
  manual: 'outbound, manual',
};

/** The source of the peer's address, in words. */
export const foundWords = (peer: Peer): string => foundByWords(peer.foundBy);

export const foundByWords = (source: Peer['foundBy']): string => FOUND_BY[source];

/** The purpose of the connection, in words. */
export const kindWords = (peer: Peer): string => KIND[peer.kind];

/** The misbehaviour score in words, with the score; 0 is good, 100 is a ban (docs/misbehaviour.md). */
export function scoreWords(score: number): string {
  if (score <= 0) return 'good';
  const name = score < 30 ? 'minor faults' : score < 70 ? 'poor' : 'near ban';
  return `${name} (${Math.ceil(score)})`;
}

/** The versions of the peers, most frequent first. */
export function peerVersions(peers: readonly Peer[]): { readonly version: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { version } of peers) counts.set(version, (counts.get(version) ?? 0) + 1);
  return [...counts]
    .map(([version, count]) => ({ version, count }))
    .sort((a, b) => b.count - a.count || (a.version < b.version ? -1 : 1));
}

/**
 * Shortens an address: "/ip4/127.0.0.1/tcp/21474/p2p/12D3…" becomes "127.0.0.1:21474". An IPv6 address is in brackets.
 * Other addresses are not changed.
 */
export function placeWords(address: string): string {
  const match = /^\/(?:ip4|ip6|dns4|dns6|dns)\/([^/]+)\/tcp\/(\d+)/.exec(address);
  if (!match) return address;
  const [, host = '', port] = match;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The end of a peer id, because all peer ids begin with the same characters. */
export const peerName = (id: string): string => id.slice(-8);

/** A ping as text: "2.4 ms", "65 ms". */
export function latencyWords(ms: number | null): string {
  if (ms === null) return 'not measured';
  if (ms < 0.1) return 'under 0.1\u00a0ms';
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)}\u00a0ms`;
}

const countryNames = new Intl.DisplayNames('en', { type: 'region' });
/** The name of a country by its ISO 3166-1 code. */
export const countryName = (code: string): string => countryNames.of(code) ?? code;

/** That a country is an estimate, and from which data: its licence asks for the source. */
export const originWords = (origin: CountryOrigin): string =>
  origin === null
    ? 'estimated'
    : `estimated from data of ${origin.source}, ${origin.date}, ${origin.licence}`;
