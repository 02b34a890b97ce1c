import { type CoinKey, indexOfCoinKey } from '../core/primitives/coin-key.ts';

/**
 * Additive checksum of the UTXO set: the sum of a 48-bit hash of every outpoint, modulo 2^48. Incremental: adding or
 * removing a coin costs O(1). It detects database corruption (a random error is missed with a probability of 2^-48), not
 * an attacker, who can choose txids that collide; the snapshot root protects against that. The checksum covers outpoints
 * only; amounts and locks have a checksum per coin record.
 */
export const COIN_SUM_MODULUS = 2 ** 48;

/** The number of one outpoint, from eight bytes of its txid and its index. */
function hashOutpoint(low: number, high: number, index: number): number {
  // The index is mixed in before the multiplication, so that two outputs with swapped indexes do not cancel out.
  const a = Math.imul(low ^ Math.imul(index + 1, 0x9e37_79b1), 0x85eb_ca6b) >>> 0;
  const b = Math.imul(high ^ index, 0xc2b2_ae35) >>> 16;
  return b * 0x1_0000_0000 + a;
}

/** The sum after a change, given by the outpoints of the coins that it creates and spends. */
export function coinSumAfter(
  sum: number,
  { created, spent }: { readonly created: Iterable<CoinKey>; readonly spent: Iterable<CoinKey> },
): number {
  let next = sum;
  for (const key of created) next = (next + hashCoinKey(key)) % COIN_SUM_MODULUS;
  for (const key of spent) next = (next - hashCoinKey(key) + COIN_SUM_MODULUS) % COIN_SUM_MODULUS;
  return next;
}

function hashCoinKey(key: CoinKey): number {
  return hashOutpoint(wordOfKey(key, 0), wordOfKey(key, 4), indexOfCoinKey(key));
}

function wordOfKey(key: CoinKey, at: number): number {
  return (
    key.charCodeAt(at) |
    (key.charCodeAt(at + 1) << 8) |
    (key.charCodeAt(at + 2) << 16) |
    (key.charCodeAt(at + 3) << 24)
  );
}

/** The sum with one more outpoint, given as txid 32 | index u32 BE, the form in the database and in snapshots. */
export function addOutpointTo(sum: number, outpoint: Uint8Array): number {
  const [a, b, c, d] = [outpoint[32]!, outpoint[33]!, outpoint[34]!, outpoint[35]!];
  const index = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return (sum + hashOutpoint(word(outpoint, 0), word(outpoint, 4), index)) % COIN_SUM_MODULUS;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
