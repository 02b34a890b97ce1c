import ipaddr from 'ipaddr.js';

/**
 * From where an IP address can be reached. `public`: from everywhere. `private`: from its own network or link.
 * `loopback`: from its own computer. `special`: from nowhere, or not as a host. That is: unspecified, multicast,
 * documentation, benchmarking, reserved, IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo), and assignments of IANA for a
 * single service.
 */
export type IpClass = 'public' | 'private' | 'loopback' | 'special';

export type Ipv4 = ipaddr.IPv4;
export type Ip = Ipv4 | ipaddr.IPv6;

/** Parses an IP address without a zone. Null when it is not one. IPv4 that is mapped into IPv6 is returned as IPv4. */
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

/** All global unicast addresses. The rest of IPv6 is reserved by the IETF (RFC 4291, RFC 3513). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * The class of an address as it is written. IPv4 that is mapped into IPv6 is `special`: honest nodes do not write it
 * that way, and a filter for IPv4 would not recognise it.
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
  // A zone names an interface of one computer, so the address is useless to other computers.
  if (text.includes('%')) return null;
  try {
    if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
    return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
  } catch {
    return null;
  }
}

/**
 * The public IPv4 address that an IPv6 address of a transition mechanism belongs to (NAT64 of RFC 6052, 6to4,
 * Teredo); null for other addresses. One IPv4 address has 2^80 such addresses, so they count as one host.
 */
export function embeddedIpv4Of(ip: ipaddr.IPv6): Ipv4 | null {
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
