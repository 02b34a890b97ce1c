import { DOMAIN, type Hash, hash } from '../../core/crypto/hash.ts';

/** Bytes of a short id in a compact block. */
export const SHORT_ID_BYTES = 6;

/** The key of one compact block's short ids: H(0x0b, block id | nonce), its first 16 bytes. */
export function shortIdKey(blockId: Hash, nonce: Uint8Array): Uint32Array {
  const digest = hash(DOMAIN.shortIdKey, blockId, nonce);
  const view = new DataView(digest.buffer, digest.byteOffset, 16);
  return Uint32Array.from({ length: 4 }, (_, i) => view.getUint32(4 * i, true));
}

/** The lowest 48 bits of SipHash-2-4 of a wid, as an exact number. The nonce makes collisions ones of this block only. */
export function shortIdOf(key: Uint32Array, wid: Uint8Array): number {
  const [low, high] = sipHash(key, wid);
  return low + (high & 0xffff) * 0x1_0000_0000;
}

// The four 64-bit words of the state as halves: v0 low, v0 high, v1 low, … One state, since nothing here waits.
const v = new Uint32Array(8);

/** SipHash-2-4 (Aumasson and Bernstein, 2012): low and high half of the 64 bits. `key` is 4 words, little-endian. */
export function sipHash(key: Uint32Array, data: Uint8Array): [low: number, high: number] {
  const [k0l = 0, k0h = 0, k1l = 0, k1h = 0] = key;
  v[0] = k0l ^ 0x70736575;
  v[1] = k0h ^ 0x736f6d65;
  v[2] = k1l ^ 0x6e646f6d;
  v[3] = k1h ^ 0x646f7261;
  v[4] = k0l ^ 0x6e657261;
  v[5] = k0h ^ 0x6c796765;
  v[6] = k1l ^ 0x79746573;
  v[7] = k1h ^ 0x74656462;
  const whole = data.length & ~7;
  for (let at = 0; at < whole; at += 8) compress(wordAt(data, at), wordAt(data, at + 4));
  let low = 0;
  let high = data.length << 24;
  for (let i = whole; i < data.length; i++) {
    if (i - whole < 4) low |= data[i]! << (8 * (i - whole));
    else high |= data[i]! << (8 * (i - whole - 4));
  }
  compress(low, high);
  v[4] = v[4] ^ 0xff;
  for (let i = 0; i < 4; i++) round();
  return [(v[0] ^ v[2] ^ v[4] ^ v[6]) >>> 0, (v[1] ^ v[3] ^ v[5] ^ v[7]) >>> 0];
}

function wordAt(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
}

function compress(low: number, high: number): void {
  v[6] = v[6]! ^ low;
  v[7] = v[7]! ^ high;
  round();
  round();
  v[0] = v[0]! ^ low;
  v[1] = v[1]! ^ high;
}

function round(): void {
  add(0, 2);
  add(4, 6);
  rotateXor(2, 13, 0);
  rotateXor(6, 16, 4);
  swap(0);
  add(4, 2);
  add(0, 6);
  rotateXor(2, 17, 4);
  rotateXor(6, 21, 0);
  swap(4);
}

/** v[to] += v[from]. */
function add(to: number, from: number): void {
  const low = v[to]! + v[from]!;
  v[to] = low;
  v[to + 1] = v[to + 1]! + v[from + 1]! + (low > 0xffff_ffff ? 1 : 0);
}

/** v[at] = (v[at] <<< bits) ^ v[by]. */
function rotateXor(at: number, bits: number, by: number): void {
  const [low, high] = [v[at]!, v[at + 1]!];
  v[at] = ((low << bits) | (high >>> (32 - bits))) ^ v[by]!;
  v[at + 1] = ((high << bits) | (low >>> (32 - bits))) ^ v[by + 1]!;
}

/** v[at] <<<= 32. */
function swap(at: number): void {
  const low = v[at]!;
  v[at] = v[at + 1]!;
  v[at + 1] = low;
}
