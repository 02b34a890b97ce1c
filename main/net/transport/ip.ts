import ipaddr from 'ipaddr.js';

/**
 * Who can reach an IP address. `public`: everybody. `private`: its own network or link. `loopback`: its own computer.
 * `special`: nobody, or not as a host: unspecified, multicast, documentation, benchmarking, reserved, IPv4 inside IPv6
 * (mapped, NAT64, 6to4, Teredo), and what IANA gave to one service.
 */
export type IpClass = 'public' | 'private' | 'loopback' | 'special';

export type Ipv4 = ipaddr.IPv4;
export type Ip = Ipv4 | ipaddr.IPv6;

/** Reads an IP address without a zone; null when it isn't one. IPv4 that is mapped into IPv6 is read as that IPv4. */
export function parseIp(text: string): Ip | null {
  const ip = parseAsWritten(text);
  return ip instanceof ipaddr.IPv6 && ip.isIPv4MappedAddress() ? ip.toIPv4Address() : ip;
}

const PRIVATE = new Set<string>([
  'private',
  'carrierGradeNat',
  'linkLocal',
  'uniqueLocal',
  'deprecatedSiteLocal',
]);

/** All that is routed as global unicast; the rest of IPv6 is reserved by the IETF (RFC 4291, RFC 3513). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * The class of an address as it is written. IPv4 that is mapped into IPv6 is `special`: nobody needs to write it so,
 * and a filter that knows IPv4 only would not see what it leads to.
 */
export function ipClassOf(text: string): IpClass {
  const ip = parseAsWritten(text);
  if (ip === null) return 'special';
  const range = ip.range() as string;
  if (range === 'loopback') return 'loopback';
  if (PRIVATE.has(range)) return 'private';
  if (range !== 'unicast') return 'special';
  return ip instanceof ipaddr.IPv4 || ip.match(GLOBAL_UNICAST) ? 'public' : 'special';
}

function parseAsWritten(text: string): Ip | null {
  // A zone says through which interface of its own computer an address is reached, so it means nothing to others.
  if (text.includes('%')) return null;
  try {
    if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
    return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
  } catch {
    return null;
  }
}

/**
 * The public IPv4 address that owns an IPv6 address of a transition mechanism (NAT64 of RFC 6052, 6to4, Teredo), or null.
 * Its owner has very many of those, so it counts as one host.
 */
export function ownerOf(ip: ipaddr.IPv6): Ipv4 | null {
  const bytes = ip.toByteArray();
  const range = ip.range() as string;
  const found =
    range === 'rfc6052' && ip.parts[2] === 0
      ? bytes.slice(12)
      : range === '6to4'
        ? bytes.slice(2, 6)
        : range === 'teredo'
          ? bytes.slice(12).map((byte) => byte ^ 0xff)
          : null;
  if (found === null) return null;
  const owner = new ipaddr.IPv4(found);
  return ipClassOf(owner.toString()) === 'public' ? owner : null;
}

export const isIpv4 = (ip: Ip): ip is Ipv4 => ip.kind() === 'ipv4';
