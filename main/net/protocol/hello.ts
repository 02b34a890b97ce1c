import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { type Violation, violation } from '../../core/violation.ts';
import type { Service } from '../../../shared/contract/vocabulary.ts';
import type { Height, UnixSeconds } from '../../../shared/units.ts';

/** The best chain that a node has connected. */
export interface TipClaim {
  readonly height: Height;
  /** Cumulative work of the chain, genesis included; below 2^256. */
  readonly work: bigint;
  readonly id: Hash;
}

/** The hello, which is the first frame of both sides. */
export interface Hello extends TipClaim {
  readonly networkId: Hash;
  /** The lowest and highest protocol version that the sender supports. Both sides use the highest common one. */
  readonly versionMin: number;
  readonly versionMax: number;
  /** For display and statistics only: at most 64 printable ASCII characters. */
  readonly software: string;
  readonly services: readonly Service[];
  /** The lowest height whose body this node serves; 0 for an archive node. */
  readonly servesFrom: Height;
  readonly clock: UnixSeconds;
}

/** The only version so far. */
export const PROTOCOL_VERSION = 1;

type Range = Pick<Hello, 'versionMin' | 'versionMax'>;

/** The highest version that both sides support, or null. */
export function commonVersion(ours: Range, theirs: Range): number | null {
  const version = Math.min(ours.versionMax, theirs.versionMax);
  return version >= ours.versionMin && version >= theirs.versionMin ? version : null;
}

/** Whether a peer supports a version that this program does not know. */
export const isNewer = ({ versionMax }: Range): boolean => versionMax > PROTOCOL_VERSION;

// The bit follows from the order: archive 1, pruned 2, snapshots 4, relay 8.
const SERVICE_BITS: readonly Service[] = ['archive', 'pruned', 'snapshots', 'relay'];
const MAX_SOFTWARE = 64;
// Number of bytes that newer versions may append. This version skips them.
const MAX_EXTENSION = 512;

export function encodeHello(hello: Hello): Uint8Array {
  const writer = new Writer(256);
  writer.bytes(hello.networkId).varuint(hello.versionMin).varuint(hello.versionMax);
  writer.varbytes(toAscii(hello.software)).varuint(toBits(hello.services)).u32(hello.servesFrom);
  writeTip(writer, hello);
  return writer.u64(hello.clock).varbytes(new Uint8Array(0)).finish();
}

export function decodeHello(body: Uint8Array): Hello | Violation {
  const reader = new Reader(body);
  const networkId = reader.bytes(32).slice();
  const versionMin = reader.varuint();
  const versionMax = reader.varuint();
  const software = fromAscii(reader.varbytes(MAX_SOFTWARE));
  const services = fromBits(reader.varuint());
  const servesFrom = reader.u32();
  const tip = readTip(reader);
  const clock = reader.u64();
  reader.varbytes(MAX_EXTENSION);
  const failed = reader.finish();
  if (failed !== null) return violation(failed);
  return { networkId, versionMin, versionMax, software, services, servesFrom, ...tip, clock };
}

export function encodeTip(tip: TipClaim): Uint8Array {
  const writer = new Writer(68);
  writeTip(writer, tip);
  return writer.finish();
}

export function decodeTip(body: Uint8Array): TipClaim | Violation {
  const reader = new Reader(body);
  const tip = readTip(reader);
  const failed = reader.finish();
  return failed === null ? tip : violation(failed);
}

/** Encodes the height from which a node has all bodies now; 0 for an archive node. */
export function encodeServes(from: Height): Uint8Array {
  return new Writer(4).u32(from).finish();
}

export function decodeServes(body: Uint8Array): Height | Violation {
  const reader = new Reader(body);
  const from = reader.u32();
  const failed = reader.finish();
  return failed === null ? from : violation(failed);
}

/** The hello with a new `lowestServedHeight`. */
export function servingFrom(hello: Hello, from: Height): Hello {
  const others = hello.services.filter((service) => service !== 'archive' && service !== 'pruned');
  return { ...hello, servesFrom: from, services: [from > 0 ? 'pruned' : 'archive', ...others] };
}

/** Encodes why this side closes the connection. */
export function encodeBye(code: string): Uint8Array {
  return new Writer(64).varbytes(toAscii(code)).finish();
}

export function decodeBye(body: Uint8Array): string | Violation {
  const reader = new Reader(body);
  const code = fromAscii(reader.varbytes(MAX_SOFTWARE));
  const failed = reader.finish();
  return failed === null ? code : violation(failed);
}

function writeTip(writer: Writer, tip: TipClaim): void {
  writer.u32(tip.height);
  let rest = tip.work;
  for (let i = 0; i < 8; i++) {
    writer.u32(Number(rest & 0xffff_ffffn));
    rest >>= 32n;
  }
  writer.bytes(tip.id);
}

function readTip(reader: Reader): TipClaim {
  const height = reader.u32();
  let work = 0n;
  for (let i = 0; i < 8; i++) work |= BigInt(reader.u32()) << BigInt(32 * i);
  return { height, work, id: reader.bytes(32).slice() };
}

function toBits(services: readonly Service[]): number {
  return services.reduce((bits, service) => bits | (1 << SERVICE_BITS.indexOf(service)), 0);
}

// Ignores bits that have no meaning in this version.
function fromBits(bits: number): Service[] {
  return SERVICE_BITS.filter((_, bit) => (bits & (1 << bit)) !== 0);
}

function toAscii(text: string): Uint8Array {
  return Uint8Array.from(text.slice(0, MAX_SOFTWARE), (letter) => printable(letter.charCodeAt(0)));
}

function fromAscii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.map(printable));
}

// Accepts only printable ASCII, because this text appears in logs and on screens.
function printable(code: number): number {
  return code >= 0x20 && code <= 0x7e ? code : 0x3f;
}
