import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';

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

/** The IP in an address, or null when it has a name or a relay instead. */
export function ipOf(address: string): string | null {
  const first = parseAddress(address)?.getComponents()[0];
  return first !== undefined && (first.name === 'ip4' || first.name === 'ip6') ? (first.value ?? null) : null;
}

/**
 * The part of an address that its owner can't change at will, such as `/ip4/127.0.0.1`; null without an IP. Of IPv6 it is
 * the /64, which every household has whole: `/ip6/2001:db8::/ipcidr/64`. In a relayed address it is the relay's: so whom a
 * relay brings is never banned by it, see `justice.ts`.
 */
export function hostPart(address: string): string | null {
  const ip = ipOf(address);
  if (ip === null) return null;
  if (!ip.includes(':')) return `/ip4/${ip}`;
  if (isLoopback(ip)) return `/ip6/${ip}`;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return `/ip4/${mapped}`;
  const prefix = expandIp6(ip)
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')
    .replace(/(:0)+$/, '');
  return `/ip6/${prefix}::/ipcidr/64`;
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

/** Whether a node that listens so talks to its own machine only. */
export function isLocal(listen: readonly string[]): boolean {
  return listen.length > 0 && listen.every((address) => isLoopback(ipOf(address) ?? ''));
}

/**
 * The group whose owner could be one party: /16 of IPv4, /32 of IPv6; on loopback, where tests and demos live, every
 * address is a group of its own. Null when the address has no IP.
 */
export function groupOf(address: string): string | null {
  const ip = ipOf(address);
  if (ip === null) return null;
  if (isLoopback(ip)) return ip;
  if (ip.includes('.') && !ip.includes(':')) return ip.split('.').slice(0, 2).join('.');
  return expandIp6(ip).slice(0, 2).join(':');
}

function expandIp6(ip: string): string[] {
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left;
  const right = tail === '' ? [] : tail.split(':');
  return [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
}

/** What others outside can't reach: the ranges of private networks and of single links. */
export function isPrivate(ip: string): boolean {
  return /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe[89ab])/i.test(
    ip,
  );
}

/** No host at all: unspecified, reserved, multicast, documentation. */
function isNowhere(ip: string): boolean {
  return /^(0\.|2(2[4-9]|[3-5]\d)\.|192\.0\.2\.|::$|ff|2001:db8)/i.test(ip);
}

/** A port at an IP, or that of a relay; a relay behind a relay is no use to anybody. */
const SHAPE = /^\/ip[46]\/[^/]+\/tcp\/\d+(\/p2p\/\w+)?(\/p2p-circuit\/p2p\/\w+)?$/;

/** Whether somebody anywhere could dial it, as far as its text tells: an IP that is neither ours alone nor private. */
export function isPublic(address: string): boolean {
  const ip = ipOf(address);
  return ip !== null && !isNowhere(ip) && !isLoopback(ip) && !isPrivate(ip) && SHAPE.test(address);
}

/**
 * Whether an address that a peer tells us of can be of use: of our own machine only if we live on it alone, of private
 * networks only from somebody in one.
 */
export function isUsefulFrom(teller: string, address: string, local: boolean): boolean {
  const ip = ipOf(address);
  const from = ipOf(teller) ?? '';
  if (ip === null || isNowhere(ip) || !SHAPE.test(address)) return false;
  if (isLoopback(ip) || local) return local && isLoopback(ip);
  return !isPrivate(ip) || isPrivate(from) || isLoopback(from);
}
