import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { type Ip, type IpClass, ipClassOf, type Ipv4, isIpv4, ownerOf, parseIp } from './ip.ts';

/** Reads what a person or a peer gave as an address; null when it isn't a multiaddress. */
export function parseAddress(text: string): Multiaddr | null {
  try {
    return text.length > 1 && text.length <= 512 ? multiaddr(text) : null;
  } catch {
    return null;
  }
}

/** An address as bytes, as libp2p's messages have it. */
export function addressBytes(address: string): Uint8Array {
  return multiaddr(address).bytes;
}

/** The other way round; null when a peer sent no address. */
export function readAddress(bytes: Uint8Array): string | null {
  try {
    return bytes.length > 1 && bytes.length <= 512 ? multiaddr(bytes).toString() : null;
  } catch {
    return null;
  }
}

/** The peer id that an address leads to, or null: behind a relay that of the peer, never the relay's. */
export function peerIdOf(address: string): string | null {
  const last = parseAddress(address)?.getComponents().at(-1);
  return last?.name === 'p2p' ? (last.value ?? null) : null;
}

const CIRCUIT = '/p2p-circuit';

/** Whether an address leads through another node, and the IP in it is that of the other one. */
export function isRelayed(address: string): boolean {
  return address.includes(CIRCUIT);
}

/** The address of the relay in a relayed address, with the relay's peer id; null for a direct address. */
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

/** The IP in an address as it is written, or null when it begins with a name or a zone instead. */
function writtenIp(address: string): string | null {
  const first = parseAddress(address)?.getComponents()[0];
  return first !== undefined && (first.name === 'ip4' || first.name === 'ip6') ? (first.value ?? null) : null;
}

function readIp(address: string): Ip | null {
  return parseIp(writtenIp(address) ?? '');
}

/** The IP in an address, or null when it has a name instead. IPv4 that is mapped into IPv6 is given as IPv4. */
export function ipOf(address: string): string | null {
  return readIp(address)?.toString() ?? null;
}

/**
 * The part of an address that its owner can't change at will, such as `/ip4/127.0.0.1`; null without an IP. Of IPv6 it is
 * the /64, which every household has whole: `/ip6/2001:db8::/ipcidr/64`, or the IPv4 address that owns it. In a relayed
 * address it is the relay's: so whom a relay brings is never judged by it, see `ban-manager.ts`.
 */
export function hostPart(address: string): string | null {
  const ip = readIp(address);
  if (ip === null) return null;
  if (isIpv4(ip)) return `/ip4/${ip.toString()}`;
  if (isLoopback(ip.toString())) return `/ip6/${ip.toString()}`;
  const owner = ownerOf(ip);
  if (owner !== null) return `/ip4/${owner.toString()}`;
  return `/ip6/${hexParts(ip.parts.slice(0, 4)).replace(/(:0)+$/, '')}::/ipcidr/64`;
}

const firstHalf = (ip: Ipv4): string => ip.octets.slice(0, 2).join('.');
const hexParts = (parts: readonly number[]): string => parts.map((part) => part.toString(16)).join(':');

export function isLoopback(ip: string): boolean {
  const read = parseIp(ip);
  return read !== null && ipClassOf(read.toString()) === 'loopback';
}

/** Whether a node that listens so talks to its own machine only. */
export function isLocal(listen: readonly string[]): boolean {
  return listen.length > 0 && listen.every((address) => isLoopback(ipOf(address) ?? ''));
}

/**
 * The group whose owner could be one party: /16 of IPv4, /32 of IPv6 (or the /16 of the IPv4 address that owns it); on
 * loopback, where tests and demos live, every address is a group of its own. Null when the address has no IP.
 */
export function groupOf(address: string): string | null {
  const ip = readIp(address);
  if (ip === null) return null;
  if (isLoopback(ip.toString())) return ip.toString();
  if (isIpv4(ip)) return firstHalf(ip);
  const owner = ownerOf(ip);
  return owner === null ? hexParts(ip.parts.slice(0, 2)) : firstHalf(owner);
}

/**
 * A port at an IP, or that of a relay; a relay behind a relay is no use to anybody. Names (`/dns4`, `/dns6`, `/dnsaddr`)
 * are not of this form: a name that a peer tells could lead to this computer, or into its network, as soon as it is
 * looked up (docs/wire.md, section 5). Only names that the user or the network's file gives are looked up.
 */
const SHAPE = /^\/ip[46]\/[^/]+\/tcp\/[1-9]\d*(\/p2p\/\w+)?(\/p2p-circuit\/p2p\/\w+)?$/;

/** The class of the IP in an address that others tell us; null when it isn't of the form that nodes tell each other. */
export function toldClassOf(address: string): IpClass | null {
  const ip = SHAPE.test(address) ? writtenIp(address) : null;
  return ip === null ? null : ipClassOf(ip);
}

/** Whether somebody anywhere could dial it, as far as its text tells. */
export function isPublic(address: string): boolean {
  return toldClassOf(address) === 'public';
}

/**
 * Whether an address that a peer tells us of can be of use: of our own machine only if we live on it alone, of private
 * networks only from somebody in one.
 */
export function isUsefulFrom(teller: string, address: string, local: boolean): boolean {
  const told = toldClassOf(address);
  if (told === 'loopback' || local) return told === 'loopback' && local;
  if (told === 'private') {
    const from = ipClassOf(ipOf(teller) ?? '');
    return from === 'private' || from === 'loopback';
  }
  return told === 'public';
}
