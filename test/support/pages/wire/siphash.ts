/** SipHash-2-4 as its paper has it (Aumasson, Bernstein, 2012), with plain numbers: slow, and nobody else's code. */
export function sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array {
  const [k0, k1] = [word(key, 0), word(key, 8)];
  const v: [bigint, bigint, bigint, bigint] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const padded = new Uint8Array(Math.floor(message.length / 8) * 8 + 8);
  padded.set(message);
  padded[padded.length - 1] = message.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const m = word(padded, at);
    v[3] ^= m;
    rounds(v, 2);
    v[0] ^= m;
  }
  v[2] ^= 0xffn;
  rounds(v, 4);
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, v[0] ^ v[1] ^ v[2] ^ v[3], true);
  return out;
}

const word = (bytes: Uint8Array, at: number): bigint =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, true);
const add = (a: bigint, b: bigint): bigint => (a + b) & 0xffff_ffff_ffff_ffffn;
const rotate = (value: bigint, bits: bigint): bigint =>
  ((value << bits) | (value >> (64n - bits))) & 0xffff_ffff_ffff_ffffn;

function rounds(v: [bigint, bigint, bigint, bigint], count: number): void {
  for (let i = 0; i < count; i++) {
    v[0] = add(v[0], v[1]);
    v[1] = rotate(v[1], 13n) ^ v[0];
    v[0] = rotate(v[0], 32n);
    v[2] = add(v[2], v[3]);
    v[3] = rotate(v[3], 16n) ^ v[2];
    v[0] = add(v[0], v[3]);
    v[3] = rotate(v[3], 21n) ^ v[0];
    v[2] = add(v[2], v[1]);
    v[1] = rotate(v[1], 17n) ^ v[2];
    v[2] = rotate(v[2], 32n);
  }
}
