import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';

/** Reads what a person or a peer gave as an address; null when it isn't a multiaddress. */
export function parseAddress(text: string): Multiaddr | null {
  try {
    return text.length > 1 && text.length <= 512 ? multiaddr(text) : null;
  } catch {
    return null;
  }
}

/** The peer id that an address ends with, or null. */
export function peerIdOf(address: string): string | null {
  const parsed = parseAddress(address);
  return parsed?.getComponents().findLast((part) => part.name === 'p2p')?.value ?? null;
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

/** The part of an address that stays when its port changes, such as `/ip4/127.0.0.1`; null without an IP. */
export function hostPart(address: string): string | null {
  const ip = ipOf(address);
  return ip === null ? null : `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}`;
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1';
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
function isPrivate(ip: string): boolean {
  return /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe[89ab])/i.test(
    ip,
  );
}

/** No host at all: unspecified, reserved, multicast, documentation. */
function isNowhere(ip: string): boolean {
  return /^(0\.|2(2[4-9]|[3-5]\d)\.|192\.0\.2\.|::$|ff|2001:db8)/i.test(ip);
}

/**
 * Whether an address that a peer tells us of can be of use: of our own machine only if we live on it alone, of private
 * networks only from somebody in one.
 */
export function isUsefulFrom(teller: string, address: string, local: boolean): boolean {
  const ip = ipOf(address);
  const from = ipOf(teller) ?? '';
  if (ip === null || isNowhere(ip) || !/\/tcp\/\d+/.test(address)) return false;
  if (isLoopback(ip) || local) return local && isLoopback(ip);
  return !isPrivate(ip) || isPrivate(from) || isLoopback(from);
}
