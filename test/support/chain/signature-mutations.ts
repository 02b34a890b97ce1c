/** Signatures on the edge of the rule, for holding one implementation against another. Seeded. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { fromHex, toHex } from '../../../main/core/codec/hex.ts';
import type { Random } from '../random.ts';

export interface SignatureCase {
  readonly kind: string;
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
}

const Point = ed25519.Point;
const L = Point.Fn.ORDER;
const P = Point.Fp.ORDER;
const TORSION = Point.fromBytes(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')!);

const encode = (n: bigint): Uint8Array => fromHex(n.toString(16).padStart(64, '0'))!.reverse();
const decode = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`);
const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

interface Signed {
  readonly a: bigint;
  readonly r: bigint;
  readonly message: Uint8Array;
}

type Mutation = (signed: Signed, random: Random) => Omit<SignatureCase, 'kind'>;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  valid: (signed) => assemble(signed, point(signed.r), point(signed.a)),
  'bit of key': (signed, random) => flipped('key', signed, random),
  'bit of signature': (signed, random) => flipped('signature', signed, random),
  'bit of message': (signed, random) => flipped('message', signed, random),
  'S + nL': (signed, random) => {
    const good = assemble(signed, point(signed.r), point(signed.a));
    const moved = decode(good.signature.subarray(32)) + BigInt(1 + random.int(14)) * L;
    return { ...good, signature: join(good.signature.subarray(0, 32), encode(moved)) };
  },
  'edge of S': (signed, random) => {
    const good = assemble(signed, point(signed.r), point(signed.a));
    const s = [0n, 1n, L - 1n, L, L + 1n, (1n << 252n) - 1n, (1n << 253n) - 1n, (1n << 256n) - 1n][
      random.int(8)
    ]!;
    return { ...good, signature: join(good.signature.subarray(0, 32), encode(s)) };
  },
  torsion: (signed, random) =>
    assemble(signed, mixed(point(signed.r), random.int(8)), mixed(point(signed.a), random.int(8))),
  'small order key': (signed, random) =>
    assemble({ ...signed, a: 0n }, point(signed.r), mixed(Point.ZERO, random.int(8))),
  'small order R': (signed, random) =>
    assemble({ ...signed, r: 0n }, mixed(Point.ZERO, random.int(8)), point(signed.a)),
  'non-canonical key': (signed, random) => withBytes(signed, random, 'key'),
  'non-canonical R': (signed, random) => withBytes(signed, random, 'r'),
  'any key': (signed, random) => ({ ...MUTATIONS['valid']!(signed, random), key: random.bytes(32) }),
  'any bytes': (_signed, random) => ({
    key: random.bytes(32),
    signature: random.bytes(64),
    message: random.bytes(random.int(80)),
  }),
  'wrong length': (signed, random) => {
    const good = MUTATIONS['valid']!(signed, random);
    return random.next() < 0.5
      ? { ...good, key: random.bytes(random.int(70)) }
      : { ...good, signature: random.bytes(random.int(130)) };
  },
};

/** The next case; every kind is as likely. */
export function nextSignatureCase(random: Random): SignatureCase {
  const kinds = Object.keys(MUTATIONS);
  const kind = kinds[random.int(kinds.length)]!;
  const signed = { a: scalar(random), r: scalar(random), message: random.bytes(32) };
  return { kind, ...MUTATIONS[kind]!(signed, random) };
}

// S is the honest one for the challenge over these very bytes, so only the equation itself can tell.
function assemble(
  { a, r, message }: Signed,
  R: typeof TORSION,
  A: typeof TORSION,
): Omit<SignatureCase, 'kind'> {
  return sealed(a, r, message, R.toBytes(), A.toBytes());
}

function sealed(
  a: bigint,
  r: bigint,
  message: Uint8Array,
  R: Uint8Array,
  key: Uint8Array,
): Omit<SignatureCase, 'kind'> {
  const k = decode(sha512(join(R, key, message))) % L;
  return { key, signature: join(R, encode((r + k * a) % L)), message };
}

function flipped(
  part: 'key' | 'signature' | 'message',
  signed: Signed,
  random: Random,
): Omit<SignatureCase, 'kind'> {
  const good = assemble(signed, point(signed.r), point(signed.a));
  const bytes = Uint8Array.from(good[part]);
  const bit = random.int(bytes.length * 8);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return { ...good, [part]: bytes };
}

// The 19 y-coordinates that 255 bits can write in two ways, with either sign.
function withBytes(signed: Signed, random: Random, part: 'key' | 'r'): Omit<SignatureCase, 'kind'> {
  const odd = encode((P + BigInt(random.int(19))) | (BigInt(random.int(2)) << 255n));
  const [R, A] = [point(signed.r).toBytes(), point(signed.a).toBytes()];
  return part === 'key'
    ? sealed(signed.a, signed.r, signed.message, R, odd)
    : sealed(signed.a, signed.r, signed.message, odd, A);
}

const point = (n: bigint): typeof TORSION => (n === 0n ? Point.ZERO : Point.BASE.multiply(n));
const scalar = (random: Random): bigint => (decode(random.bytes(32)) % (L - 1n)) + 1n;

function mixed(base: typeof TORSION, times: number): typeof TORSION {
  let sum = base;
  for (let i = 0; i < times; i++) sum = sum.add(TORSION);
  return sum;
}
