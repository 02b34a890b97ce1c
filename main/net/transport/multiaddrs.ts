import type { AddressType } from '../../../shared/contract/vocabulary.ts';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { type Ip, type IpClass, ipClassOf, type Ipv4, isIpv4, embeddedIpv4Of, parseIp } from './ip.ts';

/** Parses an address from a user or a peer. Null when it is not a multiaddr. */
export function parseAddress(text: string): Multiaddr | null {
  try {
    return text.length > 1 && text.length <= 512 ? multiaddr(text) : null;
  } catch {
    return null;
  }
}

/** The binary form of an address in messages of libp2p. */
export function addressBytes(address: string): Uint8Array {
  return multiaddr(address).bytes;
}

/** Reads the binary form. Null when the bytes are not an address. */
export function readAddress(bytes: Uint8Array): string | null {
  try {
    return bytes.length > 1 && bytes.length <= 512 ? multiaddr(bytes).toString() : null;
  } catch {
    return null;
  }
}

/** The peer id in an address, or null. For a relayed address, the id of the peer and never that of the relay. */
export function peerIdOf(address: string): string | null {
  const last = parseAddress(address)?.getComponents().at(-1);
  return last?.name === 'p2p' ? (last.value ?? null) : null;
}

const CIRCUIT = '/p2p-circuit';

/** Whether an address leads through a relay. The IP in it is that of the relay then. */
export function isRelayed(address: string): boolean {
  return address.includes(CIRCUIT);
}

/** The address of the relay in a relayed address, with the peer id of the relay. Null for a direct address. */
export function relayOf(address: string): string | null {
  const at = address.indexOf(CIRCUIT);
  return at === -1 ? null : address.slice(0, at);
}

/** The TCP port in a direct address, or null. */
export function portOf(address: string): number | null {
  const port = isRelayed(address) ? undefined : /^\/ip[46]\/[^/]+\/tcp\/(\d+)/.exec(address)?.[1];
  return port === undefined ? null : Number(port);
}

/** The address without the peer id at its end. */
export function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '');
}

/** The IP in an address as it is written. Null when the address begins with a name or a zone. */
function writtenIp(address: string): string | null {
  const first = parseAddress(address)?.getComponents()[0];
  return first !== undefined && (first.name === 'ip4' || first.name === 'ip6') ? (first.value ?? null) : null;
}

function readIp(address: string): Ip | null {
  return parseIp(writtenIp(address) ?? '');
}

/** The IP in an address. Null when it has a name instead. IPv4 that is mapped into IPv6 is returned as IPv4. */
export function ipOf(address: string): string | null {
  return readIp(address)?.toString() ?? null;
}

/**
 * The host key for bans: `/ip4/<ip>` for IPv4; the /64 for IPv6 (`/ip6/2001:db8::/ipcidr/64`), because one subscriber
 * usually gets a whole /64; the embedded IPv4 address for NAT64, 6to4 and Teredo; the full address for IPv6 loopback. Null
 * if the address has no IP. For a relayed address this is the host of the relay, so `ban-manager.ts` does not use it for
 * such peers.
 */
export function hostKeyOf(address: string): string | null {
  const ip = readIp(address);
  if (ip === null) return null;
  if (isIpv4(ip)) return `/ip4/${ip.toString()}`;
  if (isLoopback(ip.toString())) return `/ip6/${ip.toString()}`;
  const embedded = embeddedIpv4Of(ip);
  if (embedded !== null) return `/ip4/${embedded.toString()}`;
  return `/ip6/${hexParts(ip.parts.slice(0, 4)).replace(/(:0)+$/, '')}::/ipcidr/64`;
}

const firstHalf = (ip: Ipv4): string => ip.octets.slice(0, 2).join('.');
const hexParts = (parts: readonly number[]): string => parts.map((part) => part.toString(16)).join(':');

export function isLoopback(ip: string): boolean {
  const read = parseIp(ip);
  return read !== null && ipClassOf(read.toString()) === 'loopback';
}

/** Whether a node with these listen addresses talks only to its own machine. */
export function isLocal(listen: readonly string[]): boolean {
  return listen.length > 0 && listen.every((address) => isLoopback(ipOf(address) ?? ''));
}

/** The network group of an address: of its prefix (`netgroupOf`), or of its operator (geo/network-groups.ts). */
export type GroupOf = (address: string) => string | null;

/**
 * The network group: addresses that one party could own. It is the /16 of IPv4, the /32 of IPv6, or the /16 of the IPv4
 * address that an IPv6 address belongs to. On loopback, where tests and demos run, every address is its own group. Null
 * when the address has no IP.
 */
export function netgroupOf(address: string): string | null {
  const ip = readIp(address);
  if (ip === null) return null;
  if (isLoopback(ip.toString())) return ip.toString();
  if (isIpv4(ip)) return firstHalf(ip);
  const owner = embeddedIpv4Of(ip);
  return owner === null ? hexParts(ip.parts.slice(0, 2)) : firstHalf(owner);
}

/**
 * Accepted form: /ip4 or /ip6 + /tcp, optionally one relay hop. Addresses with two relay hops do not match. Names (`/dns4`,
 * `/dns6`, `/dnsaddr`) do not match: a name from a peer could resolve to this computer or into its local network
 * (docs/wire.md, section 5). Only names from the user or from the network file are resolved.
 */
const ACCEPTED_ADDRESS = /^\/ip[46]\/[^/]+\/tcp\/[1-9]\d*(\/p2p\/\w+)?(\/p2p-circuit\/p2p\/\w+)?$/;

/** The class of the IP in an address from a peer. Null when the address does not have the accepted form. */
export function classOfAnnounced(address: string): IpClass | null {
  const ip = ACCEPTED_ADDRESS.test(address) ? writtenIp(address) : null;
  return ip === null ? null : ipClassOf(ip);
}

/** Whether the text of an address suggests that any node could dial it. */
export function isPublic(address: string): boolean {
  return classOfAnnounced(address) === 'public';
}

/** Where an address leads, as its text shows. */
export function addressTypeOf(address: string): AddressType {
  if (isRelayed(address)) return 'relayed';
  const found = classOfAnnounced(address);
  if (found === 'private' || found === 'loopback') return 'private';
  return found === 'public' ? 'public' : 'unknown';
}

/**
 * Whether an address from a peer is useful. A loopback-only node accepts only loopback addresses. Other nodes accept public
 * addresses, and private ones if the announcer has a private or loopback address.
 */
export function isUsefulFrom(announcer: string, address: string, local: boolean): boolean {
  const announcedClass = classOfAnnounced(address);
  if (announcedClass === 'loopback' || local) return announcedClass === 'loopback' && local;
  if (announcedClass === 'private') {
    const from = ipClassOf(ipOf(announcer) ?? '');
    return from === 'private' || from === 'loopback';
  }
  return announcedClass === 'public';
}
