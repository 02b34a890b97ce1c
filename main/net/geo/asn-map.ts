/**
 * The ASN map: to which autonomous system (the network of one operator) an IP address belongs. It is a file in the format of
 * Bitcoin Core, given by the user. Bit for bit: docs/formats/asn-map.md.
 */
import { type Ip, isIpv4, embeddedIpv4Of } from '../transport/ip.ts';

export interface AsnMap {
  /** Number of the autonomous system; null where the map has none. Takes about 2 µs. */
  asnOf(ip: Ip): number | null;
}

/** The largest map so far has 2 MB. */
export const MOST_ASN_MAP_BYTES = 16_000_000;

/** Bits of an IPv6 address; IPv4 is looked up as the IPv6 address into which it is mapped. */
const ADDRESS_BITS = 128;
/** The steps of a map. */
const RETURN = 0;
const JUMP = 1;
const MATCH = 2;
const DEFAULT = 3;

/** How a kind of number is written: the least one, and how many bits follow each number of ones. */
interface NumberForm {
  readonly least: number;
  readonly widths: readonly number[];
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const STEP: NumberForm = { least: 0, widths: [0, 0, 1] };
const ASN: NumberForm = { least: 1, widths: range(15, 24) };
const PATTERN: NumberForm = { least: 2, widths: range(1, 8) };
const DISTANCE: NumberForm = { least: 17, widths: range(5, 30) };

/** Null if the bytes are not such a map. Never throws. Reads all of it once (about 50 ms for 2 MB) and keeps a view of it. */
export function openAsnMap(bytes: Uint8Array): AsnMap | null {
  if (bytes.length > MOST_ASN_MAP_BYTES || !isWellFormed(bytes)) return null;
  return {
    asnOf(ip) {
      const found = walk(createBits(bytes), addressBytes(ip));
      return found === 0 ? null : found;
    },
  };
}

function walk(bits: Bits, address: Uint8Array): number {
  let fallback = 0;
  let used = 0;
  // The bits of an address come the most significant one of a byte first.
  const next = () => {
    const bit = (address[used >>> 3]! >>> (7 - (used & 7))) & 1;
    used++;
    return bit;
  };
  for (;;) {
    const step = bits.number(STEP);
    if (step === RETURN) return bits.number(ASN);
    if (step === DEFAULT) fallback = bits.number(ASN);
    else if (step === JUMP) {
      const distance = bits.number(DISTANCE);
      if (next() === 1) bits.at += distance;
    } else if (!matches(bits.number(PATTERN), next)) return fallback;
  }
}

/** The highest one of a pattern only says how long it is. */
const lengthOf = (pattern: number): number => 31 - Math.clz32(pattern);

function matches(pattern: number, next: () => number): boolean {
  for (let i = lengthOf(pattern) - 1; i >= 0; i--) if (next() !== ((pattern >>> i) & 1)) return false;
  return true;
}

/**
 * Whether every walk through the map ends with a number or a failed match, without leaving the map or using more bits than an
 * address has. Bitcoin Core refuses the same maps, also those that are only longer than necessary.
 */
function isWellFormed(bytes: Uint8Array): boolean {
  const bits = createBits(bytes);
  /** The places to which the steps so far may jump, the nearest last, and the bits that are left there. */
  const places: { readonly at: number; readonly left: number }[] = [];
  let left = ADDRESS_BITS;
  let before = JUMP;
  let hadShortPattern = false;
  while (bits.at < bits.end) {
    if (places.length > 0 && bits.at >= places.at(-1)!.at) return false;
    const step = bits.number(STEP);
    if (step === RETURN) {
      if (before === DEFAULT || bits.number(ASN) === NONE) return false;
      const place = places.pop();
      if (place === undefined) return isPadding(bits);
      if (bits.at !== place.at) return false;
      left = place.left;
      before = JUMP;
      continue;
    }
    if (step === JUMP) {
      const distance = bits.number(DISTANCE);
      const at = bits.at + distance;
      if (distance === NONE || at > bits.end || left === 0) return false;
      if (places.length > 0 && at >= places.at(-1)!.at) return false;
      left--;
      places.push({ at, left });
    } else if (step === MATCH) {
      const pattern = bits.number(PATTERN);
      if (pattern === NONE) return false;
      if (before !== MATCH) hadShortPattern = false;
      // Within a row of patterns only one may be shorter than the longest one.
      const isShort = lengthOf(pattern) < 8;
      if (isShort && hadShortPattern) return false;
      hadShortPattern = isShort;
      left -= lengthOf(pattern);
      if (left < 0) return false;
    } else if (step !== DEFAULT || before === DEFAULT || bits.number(ASN) === NONE) return false;
    before = step;
  }
  return false;
}

/** The last byte is filled up with zeros. */
function isPadding(bits: Bits): boolean {
  if (bits.end - bits.at > 7) return false;
  while (bits.at < bits.end) if (bits.bit() !== 0) return false;
  return true;
}

/** Not a number: the map ends within it. */
const NONE = -1;

interface Bits {
  at: number;
  readonly end: number;
  bit(): number;
  /** The next number of this form; -1 if the bits end within it. */
  number(form: NumberForm): number;
}

/** The bits of a map, the least significant one of a byte first. */
function createBits(bytes: Uint8Array): Bits {
  return {
    at: 0,
    end: bytes.length * 8,
    bit() {
      const bit = (bytes[this.at >>> 3]! >>> (this.at & 7)) & 1;
      this.at++;
      return bit;
    },
    number({ least, widths }) {
      let value = least;
      let row = 0;
      // Each one passes over the numbers of a width; after the last width there is no zero.
      while (row < widths.length - 1 && this.at < this.end && this.bit() === 1) value += 2 ** widths[row++]!;
      const width = widths[row]!;
      if (this.at + width > this.end) return NONE;
      for (let i = width - 1; i >= 0; i--) value += this.bit() * 2 ** i;
      return value;
    },
  };
}

/** The 16 bytes by which an address is looked up. Addresses of transition mechanisms count as the IPv4 address in them. */
function addressBytes(ip: Ip): Uint8Array {
  const ipv4 = isIpv4(ip) ? ip : embeddedIpv4Of(ip);
  return Uint8Array.from((ipv4?.toIPv4MappedAddress() ?? ip).toByteArray());
}
