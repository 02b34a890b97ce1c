/**
 * Makes the 64 torsion cases of main/core/crypto/gate-cases.ts: signatures that hold except for parts of small
 * order in R and A, where implementations of Ed25519 are known to differ. Run it to print the data:
 * `node test/support/chain/torsion-cases.ts`.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { toHex, fromHex } from '../../../main/core/codec/hex.ts';

export interface TorsionData {
  readonly message: string;
  readonly keys: readonly string[];
  readonly rs: readonly string[];
  readonly ss: readonly string[];
  readonly valid: readonly string[];
}

const Point = ed25519.Point;
const L = Point.Fn.ORDER;
// A generator of the eight points of small order.
const T = Point.fromBytes(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')!);

const label = (text: string): Uint8Array => sha512(new TextEncoder().encode(`kith torsion ${text}`));
const scalar = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`) % L;
const plusTorsion = (point: typeof T, times: number): typeof T => {
  let sum = point;
  for (let i = 0; i < times; i++) sum = sum.add(T);
  return sum;
};

/** R + iT and A + jT for i, j in 0..7; S is the honest one for the challenge that results. Deterministic. */
export function torsionData(): TorsionData {
  for (let attempt = 0; ; attempt++) {
    const data = dataFor(label(`message ${attempt}`).subarray(0, 32));
    if (coversEveryKind(data.valid)) return data;
  }
}

function dataFor(message: Uint8Array): TorsionData {
  const a = scalar(label('a'));
  const r = scalar(label('r'));
  const keys = Array.from({ length: 8 }, (_, j) => plusTorsion(Point.BASE.multiply(a), j).toBytes());
  const rs = Array.from({ length: 8 }, (_, i) => plusTorsion(Point.BASE.multiply(r), i).toBytes());
  const ss: string[] = [];
  const valid: string[] = [];
  rs.forEach((R, i) => {
    let row = '';
    keys.forEach((A, j) => {
      const k = scalar(sha512.create().update(R).update(A).update(message).digest());
      const s = (r + k * a) % L;
      ss.push(toHex(fromHex(s.toString(16).padStart(64, '0'))!.reverse()));
      // [S]B - [k](A + jT) = R - kjT, which is R + iT exactly when i + kj is a multiple of 8.
      row += (BigInt(i) + k * BigInt(j)) % 8n === 0n ? '1' : '0';
    });
    valid.push(row);
  });
  return { message: toHex(message), keys: keys.map(toHex), rs: rs.map(toHex), ss, valid };
}

// A gate without a valid case of each kind would pass an implementation that refuses all mixed points.
function coversEveryKind(valid: readonly string[]): boolean {
  const has = (i: readonly number[], j: readonly number[]): boolean =>
    i.some((row) => j.some((column) => valid[row]![column] === '1'));
  const odd = [1, 3, 5, 7];
  const even = [2, 4, 6];
  return has([0], [...odd, ...even]) && has(odd, odd) && has(even, odd) && has(even, even);
}

if (import.meta.main) console.log(JSON.stringify(torsionData(), null, 2));
