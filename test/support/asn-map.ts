/** Encodes ASN maps in the format of Bitcoin Core (docs/formats/asn-map.md), for tests; the product only reads them. */
import { parseIp } from '../../main/net/transport/ip.ts';
import ipaddr from 'ipaddr.js';

/** A prefix such as `192.0.2.0/24` or `2001:db8::/32`, and the number of its autonomous system. */
export type Assignment = readonly [prefix: string, asn: number];

type Tree = { asn: number } | { children: [Tree | undefined, Tree | undefined] };

/** No prefix may lie within another one. */
export function encodeAsnMap(assignments: readonly Assignment[]): Uint8Array {
  const root: Tree = { children: [undefined, undefined] };
  for (const [prefix, asn] of assignments) insert(root, bitsOf(prefix), asn);
  return packed(encodeTree(root));
}

/** The first bits of the IPv6 address, or of that into which an IPv4 address is mapped. */
function bitsOf(prefix: string): number[] {
  const [address, length] = prefix.split('/') as [string, string];
  const ip = parseIp(address)!;
  const isIpv4 = ip instanceof ipaddr.IPv4;
  const bytes = (isIpv4 ? ip.toIPv4MappedAddress() : ip).toByteArray();
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1));
  return bits.slice(0, Number(length) + (isIpv4 ? 96 : 0));
}

function insert(tree: Tree, bits: readonly number[], asn: number): void {
  let node = tree;
  bits.forEach((bit, i) => {
    if (!('children' in node)) throw new RangeError('a prefix lies within another one');
    node = node.children[bit] ??= i === bits.length - 1 ? { asn } : { children: [undefined, undefined] };
  });
}

const STEP = { least: 0, widths: [0, 0, 1] };
const ASN = { least: 1, widths: [15, 16, 17, 18, 19, 20, 21, 22, 23, 24] };
const PATTERN = { least: 2, widths: [1, 2, 3, 4, 5, 6, 7, 8] };
const DISTANCE = { least: 17, widths: Array.from({ length: 26 }, (_, i) => i + 5) };

export const stepBits = {
  return: (asn: number) => [...numberBits(STEP, 0), ...numberBits(ASN, asn)],
  jump: (distance: number) => [...numberBits(STEP, 1), ...numberBits(DISTANCE, distance)],
  match: (pattern: number) => [...numberBits(STEP, 2), ...numberBits(PATTERN, pattern)],
  fallback: (asn: number) => [...numberBits(STEP, 3), ...numberBits(ASN, asn)],
};

function encodeTree(tree: Tree): number[] {
  if ('asn' in tree) return stepBits.return(tree.asn);
  const [zero, one] = tree.children;
  if (zero === undefined || one === undefined) return encodeRow(tree);
  const left = encodeTree(zero);
  return [...stepBits.jump(left.length), ...left, ...encodeTree(one)];
}

/** A row of bits that all addresses below have: patterns of eight, then the rest. */
function encodeRow(tree: Tree): number[] {
  const row: number[] = [];
  let node = tree;
  while ('children' in node) {
    const [zero, one] = node.children;
    if (zero !== undefined && one !== undefined) break;
    row.push(zero === undefined ? 1 : 0);
    node = (zero ?? one)!;
  }
  const steps: number[] = [];
  for (let i = 0; i < row.length; i += 8)
    steps.push(...stepBits.match(row.slice(i, i + 8).reduce((sum, bit) => sum * 2 + bit, 1)));
  return [...steps, ...encodeTree(node)];
}

function numberBits(
  { least, widths }: { least: number; widths: readonly number[] },
  value: number,
): number[] {
  let rest = value - least;
  const bits: number[] = [];
  let row = 0;
  while (rest >= 2 ** widths[row]!) {
    rest -= 2 ** widths[row++]!;
    bits.push(1);
  }
  if (row < widths.length - 1) bits.push(0);
  for (let i = widths[row]! - 1; i >= 0; i--) bits.push(Math.floor(rest / 2 ** i) % 2);
  return bits;
}

/** Bits as bytes, the first in the least significant bit, filled up with zeros. */
export function packed(bits: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => (bytes[i >>> 3]! |= bit << (i & 7)));
  return bytes;
}
