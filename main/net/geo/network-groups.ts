import { embeddedIpv4Of, type Ip, ipClassOf, isIpv4, parseIp } from '../transport/ip.ts';
import { ipOf, isLoopback, isRelayed, netgroupOf } from '../transport/multiaddrs.ts';
import type { AsnMap } from './asn-map.ts';

/** Which addresses one party could own together, so that a node does not depend on a single group. */
export interface NetworkGroups {
  /** `AS64500` where the ASN map knows the address, else its prefix (`netgroupOf`). Null when the address has no IP. */
  of(address: string): string | null;
  /** Number of the autonomous system; null for a relayed address, and where the map has none. */
  asnOf(address: string): number | null;
}

/**
 * Without a map all groups are prefixes. Only public addresses are looked up: a map whose gaps were filled has operators
 * for the addresses of local networks too. `onlyLocal`: the node talks only to its own machine, and loopback is looked up too.
 */
export function createNetworkGroups(map: AsnMap | undefined, onlyLocal = false): NetworkGroups {
  const lookup = (address: string): number | null => {
    const ip = parseIp(ipOf(address) ?? '');
    if (ip === null || map === undefined) return null;
    return isRouted(ip) || (onlyLocal && isLoopback(ip.toString())) ? map.asnOf(ip) : null;
  };
  return {
    of(address) {
      const asn = lookup(address);
      return asn === null ? netgroupOf(address) : `AS${asn}`;
    },
    // The IP in a relayed address is that of the relay.
    asnOf: (address) => (isRelayed(address) ? null : lookup(address)),
  };
}

/** Also an IPv6 address that belongs to a public IPv4 address. */
const isRouted = (ip: Ip): boolean =>
  ipClassOf(ip.toString()) === 'public' || (!isIpv4(ip) && embeddedIpv4Of(ip) !== null);
