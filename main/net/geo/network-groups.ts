import { parseIp } from '../transport/ip.ts';
import { ipOf, isRelayed, netgroupOf } from '../transport/multiaddrs.ts';
import type { AsnMap } from './asn-map.ts';

/** Which addresses one party could own together, so that a node does not depend on a single group. */
export interface NetworkGroups {
  /** `AS64500` where the ASN map knows the address, else its prefix (`netgroupOf`). Null when the address has no IP. */
  of(address: string): string | null;
  /** Number of the autonomous system; null for a relayed address, and where the map has none. */
  asnOf(address: string): number | null;
}

/** Without a map all groups are prefixes. */
export function createNetworkGroups(map: AsnMap | undefined): NetworkGroups {
  const lookup = (address: string): number | null => {
    const ip = parseIp(ipOf(address) ?? '');
    return ip === null || map === undefined ? null : map.asnOf(ip);
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
